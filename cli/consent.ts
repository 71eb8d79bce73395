import { createInterface } from 'node:readline/promises';
import type { CliContext } from './context.ts';
import { CliError } from './context.ts';

export interface Question {
  /** What is about to happen, as a question. */
  text: string;
  /** `--yes` was given. */
  yes: boolean;
  /** The command that says yes, for where nobody can be asked. */
  next: string;
}

/** Asks on a terminal; elsewhere only `--yes` is a yes. Throws when it is a no. */
export async function consent(context: CliContext, { text, yes, next }: Question): Promise<void> {
  if (yes) return;
  if (context.statusLine === null || !process.stdin.isTTY) {
    throw new CliError(text, { why: 'there is no terminal to ask at; nothing was done', next });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${text} [y/N] `, { signal: context.interrupted });
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    terminal.close();
  }
  throw new CliError('Nothing was done', { why: 'the answer was not yes', next });
}
