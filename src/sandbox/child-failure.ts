import { permanent } from '../domain/failure.ts';
import type { DocumentFailure, Stage } from '../domain/failure.ts';
import { OUT_OF_MEMORY_MARK } from './requests.ts';

const OUT_OF_MEMORY = new RegExp(
  [OUT_OF_MEMORY_MARK, 'heap out of memory', 'std::bad_alloc', 'memory allocation of \\d+ bytes failed'].join(
    '|',
  ),
);

/** Why a child was lost over a document: what its last words on stderr and its exit say. */
export function childFailure(error: Error, stderr: string, stage: Stage): DocumentFailure {
  const exitCode = /exitCode: `(\d+)`/.exec(error.message)?.[1];
  const signal = /signalCode: `(SIG\w+)`/.exec(error.message)?.[1];
  const context = {
    ...(exitCode === undefined ? {} : { exitCode: Number(exitCode) }),
    ...(signal === undefined ? {} : { signal }),
  };
  if (OUT_OF_MEMORY.test(stderr)) {
    return permanent('parse_oom', 'Reading the document needed more memory than one process may use.', {
      stage,
      context,
    });
  }
  const end =
    signal === undefined ? (exitCode === undefined ? error.message : `exit code ${exitCode}`) : signal;
  return permanent('parser_crash', `The process that read the document ended unexpectedly (${end}).`, {
    stage,
    context,
  });
}
