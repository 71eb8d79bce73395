import { permanent } from '../domain/failure.ts';
import type { DocumentFailure, Stage } from '../domain/failure.ts';
import { MEMORY_MARK } from './requests.ts';

const OUT_OF_MEMORY = new RegExp(
  ['heap out of memory', 'std::bad_alloc', 'memory allocation of \\d+ bytes failed'].join('|'),
);

/** Why a child was lost over a document: what its last words on stderr and its exit say. */
export function childFailure(error: Error, stderr: string, stage: Stage): DocumentFailure {
  const exitCode = /exitCode: `(\d+)`/.exec(error.message)?.[1];
  const signal = /signalCode: `(SIG\w+)`/.exec(error.message)?.[1];
  const context = {
    ...(exitCode === undefined ? {} : { exitCode: Number(exitCode) }),
    ...(signal === undefined ? {} : { signal }),
  };
  if (stderr.includes(MEMORY_MARK)) {
    return permanent('parse_memory', 'Reading the document took more memory than its process may hold.', {
      stage,
      context,
    });
  }
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

export function timeoutFailure(timeoutMs: number, stage: Stage): DocumentFailure {
  const message = `Reading the document took longer than the allowed ${timeoutMs / 1000} s.`;
  return permanent('parse_timeout', message, { stage, context: { timeoutMs } });
}

export function stallFailure(stallMs: number, stage: Stage): DocumentFailure {
  const message = `The parser showed no progress for ${stallMs / 1000} s.`;
  return permanent('parse_stalled', message, { stage, context: { stallMs } });
}
