import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { redact } from '../../src/redact.ts';

export interface ErrorSurroundings {
  err: (text: string) => void;
  debug: boolean;
  /** `.docbatch/logs`, when it is known; the stack of an unexpected error is kept there. */
  logsDir: string | null;
  /** How this user types docbatch, see `commandLine`. @default docbatch */
  command?: string;
}

/** What failed · why · what to type next. One line for what nobody expected, with the file that has the rest. */
export function printError(
  error: unknown,
  { err, debug, logsDir, command = 'docbatch' }: ErrorSurroundings,
): void {
  const { name, message, stack, why, next } = toParts(error);
  // Rooms below this one know commands only by name.
  const asTyped = (text: string) => text.replace(/(?<=^|`| )docbatch (?=[a-z-])/g, `${command} `);
  if (isExpected(name, why, next)) {
    err(redact(`error: ${message}`));
    if (why !== undefined) err(redact(`  why:  ${why}`));
    if (next !== undefined) err(redact(`  next: ${asTyped(next)}`));
  } else {
    const logPath = keep(stack, logsDir);
    const where = logPath === null ? 'DOCBATCH_DEBUG=1 shows where' : `see ${logPath}`;
    err(redact(`error: ${message.split('\n')[0] || name} (unexpected; ${where})`));
  }
  if (debug) err(redact(stack));
}

interface ErrorParts {
  name: string;
  message: string;
  stack: string;
  why: string | undefined;
  next: string | undefined;
}

function toParts(error: unknown): ErrorParts {
  if (!(error instanceof Error)) {
    return { name: 'Error', message: String(error), stack: String(error), why: undefined, next: undefined };
  }
  const { why, next } = error as { why?: string; next?: string };
  return { name: error.name, message: error.message, stack: error.stack ?? error.message, why, next };
}

/** Errors that were written for the user carry what to do, or are about the user's own settings. */
function isExpected(name: string, why?: string, next?: string): boolean {
  return (
    why !== undefined ||
    next !== undefined ||
    name === 'ConfigError' ||
    name === 'CliError' ||
    name === 'StackError'
  );
}

function keep(stack: string, logsDir: string | null): string | null {
  if (logsDir === null || !existsSync(logsDir)) return null;
  const path = join(logsDir, 'cli.log');
  try {
    appendFileSync(path, `${new Date().toISOString()} ${redact(stack)}\n`, { mode: 0o600 });
    return path;
  } catch {
    return null;
  }
}
