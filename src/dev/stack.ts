import type { Config } from '../config.ts';
import { joinKeeper } from './join-keeper.ts';
import { outsideParts } from './outside.ts';

/** Which parts a command needs. PostgreSQL is always one of them. */
export interface StackNeeds {
  temporal: boolean;
  worker: boolean;
}

/** Where the parts are; secrets (the password in `databaseUrl`) never leave the process. */
export interface StackInfo {
  databaseUrl: string;
  /** Null when only PostgreSQL was asked for. */
  temporalAddress: string | null;
  temporalNamespace: string;
  /** Of the embedded dev server; null for an outside Temporal. */
  webUiUrl: string | null;
  /** True for parts that this project's keeper owns. */
  embedded: { postgres: boolean; temporal: boolean };
}

export interface StackStep {
  part: 'postgres' | 'migrations' | 'temporal' | 'worker';
  state: 'starting' | 'ready' | 'restarting' | 'failed' | 'stopped';
  /** For a person: `PostgreSQL 18.4 on 127.0.0.1:41234`. */
  detail: string;
}

export interface StackLease {
  info: StackInfo;
  /** Keeps the stack up after this command, until `down`. */
  hold(): Promise<void>;
  /** Gives the lease back. The last one stops the stack, unless `up` or a detached batch holds it; resolves when that is done. */
  release(): Promise<void>;
}

export interface AcquireOptions {
  needs: StackNeeds;
  /** The command's name, shown by `where`. */
  purpose: string;
  onStep: (step: StackStep) => void;
  /** Told to the command that started the stack: batches that an earlier stack left running, now paused. */
  onInterrupted?: (batches: { id: string; name: string | null }[]) => void;
  signal: AbortSignal;
}

/** Joins the project's running stack or starts one (a detached keeper process); resolves when all that is needed answers. */
export async function acquireStack(config: Config, options: AcquireOptions): Promise<StackLease> {
  options.signal.throwIfAborted();
  const outside = outsideParts(config, process.env);
  const { needs } = options;
  const needsKeeper =
    outside.databaseUrl === null || (needs.temporal && outside.temporal === null) || needs.worker;
  if (needsKeeper) return joinKeeper(config, options);
  const { acquireOutside } = await import('./acquire-outside.ts');
  return acquireOutside(config, outside, options);
}
