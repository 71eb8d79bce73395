import { permanent } from '../domain/failure.ts';
import type { DocumentFailure } from '../domain/failure.ts';

/** What an error that a parser threw says about the document. */
export function parserFailure(error: unknown): DocumentFailure {
  const message = error instanceof Error ? error.message : String(error);
  const options = { stage: 'extract', cause: error } as const;
  if (/maximum call stack|maximum mime nesting depth/i.test(message)) {
    return permanent('nested_too_deep', 'The content is nested too deep for its parser.', options);
  }
  if (error instanceof RangeError && /allocation|array length|string length|too large/i.test(message)) {
    return permanent('parse_oom', `Reading the document needed too much memory (${message}).`, options);
  }
  return permanent('corrupt', `The document is damaged or cut off (${message.slice(0, 300)}).`, options);
}
