/** What the scheduler does next, and nothing else: retry · skip this one item · halt the batch. */
export const FailureClass = { transient: 'transient', permanent: 'permanent', critical: 'critical' } as const;
export type FailureClass = (typeof FailureClass)[keyof typeof FailureClass];

/** The step of a document's life in which it failed; `processing_errors.stage`. */
export const Stage = {
  read: 'read',
  extract: 'extract',
  analyze: 'analyze',
  store: 'store',
  run: 'run',
} as const;
export type Stage = (typeof Stage)[keyof typeof Stage];

export interface FailureOptions {
  stage: Stage;
  /** Milliseconds the other side asked us to wait (`retry-after`). Only for transient failures. */
  retryAfterMs?: number;
  /** Facts for `processing_errors.context`: small, JSON, never a secret or document text. */
  context?: Record<string, unknown>;
  cause?: unknown;
}

/** A document's failure. `code` is stable and listed in failure-codes.ts; `message` is a sentence for a person. */
export class DocumentFailure extends Error {
  override readonly name = 'DocumentFailure';
  readonly failureClass: FailureClass;
  readonly code: string;
  readonly stage: Stage;
  readonly retryAfterMs: number | undefined;
  readonly context: Record<string, unknown>;

  constructor(failureClass: FailureClass, code: string, message: string, options: FailureOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.failureClass = failureClass;
    this.code = code;
    this.stage = options.stage;
    this.retryAfterMs = options.retryAfterMs;
    this.context = options.context ?? {};
  }
}

export function transient(code: string, message: string, options: FailureOptions): DocumentFailure {
  return new DocumentFailure('transient', code, message, options);
}

export function permanent(code: string, message: string, options: FailureOptions): DocumentFailure {
  return new DocumentFailure('permanent', code, message, options);
}

export function critical(code: string, message: string, options: FailureOptions): DocumentFailure {
  return new DocumentFailure('critical', code, message, options);
}

/** One hour: a longer `retry-after` is a quota that a person should see, and the gate or `retry` takes it up. */
export const MAX_RETRY_WAIT_MS = 3_600_000;
