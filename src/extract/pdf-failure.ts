import { permanent } from '../domain/failure.ts';

/** What the PDF parser said, as the document's failure. */
export function pdfFailure(error: unknown): Error {
  if (isEncrypted(error)) {
    return permanent('encrypted', 'The PDF is protected by a password.', { stage: 'extract', cause: error });
  }
  const message = `The PDF is damaged or cut off (${reasonOf(error).slice(0, 200)}).`;
  return permanent('corrupt', message, { stage: 'extract', cause: error });
}

export function isEncrypted(error: unknown): boolean {
  return /password|security handler|encrypt/i.test(reasonOf(error));
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/^PDF error:\s*/i, '');
}
