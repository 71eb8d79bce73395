/** A path, glob or manifest that cannot be used; printed as what · why · next, exit 1. Nothing was registered. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly why: string | undefined;
  readonly next: string | undefined;

  constructor(what: string, options: { why?: string; next?: string; cause?: unknown } = {}) {
    super(what, { cause: options.cause });
    this.why = options.why;
    this.next = options.next;
  }
}
