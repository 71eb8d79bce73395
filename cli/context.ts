import type { Config } from '../src/config.ts';
import type { Database } from '../src/db/database.ts';
import type { StackLease, StackNeeds } from '../src/dev/stack.ts';
import type { StatusLine } from './output/status-line.ts';

/** What a command gets: the only way to the outside, so that tests can give another. */
export interface CliContext {
  /** Loaded on first use, so that `--help` never fails on a wrong docbatch.yaml. */
  config(): Config;
  env: NodeJS.ProcessEnv;
  /** Answers only: tables, reports, JSON. */
  out(text: string): void;
  /** Many lines to stdout, never faster than they are read; ends early when nobody reads any more. */
  outLines(lines: AsyncIterable<string>): Promise<void>;
  /** Progress, hints, warnings. */
  err(text: string): void;
  /** The last line of the terminal that stderr is; null when it is none. */
  statusLine: StatusLine | null;
  /** Starts or joins what is needed of the stack, beside what the command has; released when it ends. Steps are shown on stderr. */
  stack(needs: StackNeeds): Promise<StackLease>;
  /** PostgreSQL, migrated, and alone when nothing else was asked for yet; the same each time, closed when the command ends. */
  database(): Promise<Database>;
  /** Aborted by the first Ctrl-C. The second one leaves at once. */
  interrupted: AbortSignal;
  /** Runs at the end of the command, last added first. */
  onExit(cleanup: () => Promise<void> | void): void;
}

/** A mistake of the user or the surroundings. Printed as three parts: what failed · why · what to type next; exit 1. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly why: string | undefined;
  readonly next: string | undefined;
  readonly exitCode: number;

  constructor(
    what: string,
    options: { why?: string; next?: string; exitCode?: number; cause?: unknown } = {},
  ) {
    super(what, { cause: options.cause });
    this.why = options.why;
    this.next = options.next;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** What a command does, with its arguments and options; the number is the exit code. */
export type Action = (context: CliContext, ...args: never[]) => Promise<number>;
