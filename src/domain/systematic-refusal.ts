/** An analysis that failed for good. */
export interface Verdict {
  /** The document's name, as it may stand in the message. */
  name: string;
  /** What the service answered; null when it was no answer of HTTP. */
  status: number | null;
  message: string;
}

/** This many analyses must be refused before a batch is taken for wrong as a whole. */
export const FIRST_ANALYSES = 20;

/** The one status that condemns the request; others (413, 422) and the verdicts of programs are about the document. */
export const BAD_REQUEST = 400;

/**
 * True when the first 20 analyses of a batch were all answered 400 in the same words: then the request is wrong, not
 * the documents. `verdicts` are the permanent failures, oldest first, of a batch of which no analysis succeeded.
 */
export function isSystematicRefusal(verdicts: readonly Verdict[]): boolean {
  const first = verdicts.slice(0, FIRST_ANALYSES);
  if (first.length < FIRST_ANALYSES || first.some(({ status }) => status !== BAD_REQUEST)) return false;
  return new Set(first.map(refusalShape)).size === 1;
}

/** The message without what differs from document to document: its name, and every word that holds a digit. */
export function refusalShape({ name, message }: Verdict): string {
  const nameless = name === '' ? message : message.replaceAll(name, '#');
  return nameless.replace(/\S*\d\S*/g, '#').replace(/\s+/g, ' ');
}
