import { createWriteStream } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { explainErrno } from '../../src/explain-errno.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import { openPipe } from './open-pipe.ts';

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
  const write = (sink: Writable) =>
    writeTo(sink, { lines, output, folder: dirname(named), signal: context.interrupted });
  if (there !== null && !there.isFile()) {
    // A device or a pipe is written to; to rename over it would replace it.
    await write(there.isFIFO() ? await openPipe(named, context.interrupted) : createWriteStream(named));
  } else {
    const path = there === null ? named : await realpath(named);
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      await write(createWriteStream(temporary));
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
  context.err(`Written: ${named}`);
}

interface Target {
  lines: AsyncIterable<string>;
  /** As the user named it. */
  output: string;
  folder: string;
  signal: AbortSignal;
}

async function writeTo(sink: Writable, { lines, output, folder, signal }: Target): Promise<void> {
  const fault = { isOfLines: false };
  const whole = async function* () {
    try {
      for await (const line of lines) yield `${line}\n`;
    } catch (error) {
      fault.isOfLines = true;
      throw error;
    }
  };
  try {
    await pipeline(whole, sink, { signal });
  } catch (error) {
    if (fault.isOfLines || signal.aborted) throw error;
    throw new CliError(`Cannot write \`${output}\``, {
      why: explainErrno(error, folder),
      next: 'check that its folder is there and writable, and that the disk has room',
      cause: error,
    });
  }
}
