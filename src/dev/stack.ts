import type { Config } from '../config.ts';

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
  state: 'starting' | 'ready' | 'restarting' | 'failed';
  /** For a person: `PostgreSQL 18.4 on 127.0.0.1:41234`. */
  detail: string;
}

export interface StackLease {
  info: StackInfo;
  /** Gives the lease back; the keeper stops the stack 10 s after the last one, unless `up` holds it. */
  release(): Promise<void>;
}

export interface AcquireOptions {
  needs: StackNeeds;
  /** The command's name, shown by `where`. */
  purpose: string;
  onStep(step: StackStep): void;
  signal: AbortSignal;
}

/** Joins the project's running stack or starts one (a detached keeper process); resolves when all that is needed answers. */
export function acquireStack(config: Config, options: AcquireOptions): Promise<StackLease> {
  throw new Error(`not built yet: ${config.projectDir} ${options.purpose}`);
}
