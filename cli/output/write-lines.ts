import { createWriteStream } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
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
  const named = resolve(context.config().userDir, output);
  const there = await stat(named).catch(() => null);
  if (there?.isDirectory()) {
    throw new CliError(`Cannot write \`${output}\``, { why: 'it is a folder', next: 'name a file in it' });
  }
  const write = (path: string) => writeTo(path, { lines, output, signal: context.interrupted });
  if (there !== null && !there.isFile()) {
    // A device or a pipe is written to; to rename over it would replace it.
    await write(named);
  } else {
    const path = there === null ? named : await realpath(named);
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      await write(temporary);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
  context.err(`Written: ${named}`);
}

async function writeTo(
  path: string,
  { lines, output, signal }: { lines: AsyncIterable<string>; output: string; signal: AbortSignal },
): Promise<void> {
  let isLinesFault = false;
  const whole = async function* () {
    try {
      for await (const line of lines) yield `${line}\n`;
    } catch (error) {
      isLinesFault = true;
      throw error;
    }
  };
  try {
    await pipeline(whole, createWriteStream(path), { signal });
  } catch (error) {
    if (isLinesFault || signal.aborted) throw error;
    throw new CliError(`Cannot write \`${output}\``, {
      why: explainErrno(error, dirname(path)),
      next: 'check that its folder is there and writable, and that the disk has room',
      cause: error,
    });
  }
}
