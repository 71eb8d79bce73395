import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { explainErrno } from '../../src/explain-errno.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';

/** To stdout with `-`, else to a file that appears only when it is whole. */
export async function writeLines(
  context: CliContext,
  lines: AsyncIterable<string>,
  output: string,
): Promise<void> {
  if (output === '-') return context.outLines(lines);
  const path = resolve(context.config().userDir, output);
  if (
    await stat(path).then(
      (info) => info.isDirectory(),
      () => false,
    )
  ) {
    throw cannotWrite(output, 'it is a folder', 'name a file in it');
  }
  const temporary = `${path}.${process.pid}.tmp`;
  const file = createWriteStream(temporary);
  try {
    await once(file, 'open').catch((error: unknown) => {
      throw cannotWrite(
        output,
        explainErrno(error, dirname(path)),
        'check that its folder is there and writable',
        error,
      );
    });
    for await (const line of lines) {
      context.interrupted.throwIfAborted();
      if (!file.write(`${line}\n`)) await once(file, 'drain');
    }
    file.end();
    await once(file, 'close');
    await rename(temporary, path);
  } catch (error) {
    file.destroy();
    await rm(temporary, { force: true });
    throw error;
  }
  context.err(`Written: ${path}`);
}

function cannotWrite(output: string, why: string, next: string, cause?: unknown): CliError {
  return new CliError(`Cannot write \`${output}\``, { why, next, cause });
}
