/** A part of the stack that cannot be had: what failed, why, and what to type next. Printed as it is; exit 1. */
export class StackError extends Error {
  override readonly name = 'StackError';
  readonly why: string | undefined;
  readonly next: string | undefined;

  constructor(what: string, options: { why?: string; next?: string; cause?: unknown } = {}) {
    super(what, { cause: options.cause });
    this.why = options.why;
    this.next = options.next;
  }
}
