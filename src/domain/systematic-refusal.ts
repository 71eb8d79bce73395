/** An analysis that failed for good. */
export interface Verdict {
  /** The document's name, as it may stand in the message. */
  name: string;
  code: string;
  message: string;
}

/** This many analyses must be refused before a batch is taken for wrong as a whole. */
export const FIRST_ANALYSES = 20;

/**
 * True when the first 20 analyses of a batch were all refused by the analyzer in the same words: then the request is
 * wrong, not the documents. `verdicts` are the permanent failures of a batch of which no analysis succeeded.
 */
export function isSystematicRefusal(verdicts: readonly Verdict[]): boolean {
  const first = verdicts.slice(0, FIRST_ANALYSES);
  if (first.length < FIRST_ANALYSES || first.some(({ code }) => code !== 'analyzer_rejected')) return false;
  return new Set(first.map(refusalShape)).size === 1;
}

/** The message without what differs from document to document: its name, and every word that holds a digit. */
export function refusalShape({ name, message }: Verdict): string {
  const nameless = name === '' ? message : message.replaceAll(name, '#');
  return nameless.replace(/\S*\d\S*/g, '#').replace(/\s+/g, ' ');
}
