import type { AnalysisInput } from '../domain/analyzer.ts';

/** What analyzers outside get of one document: on stdin for programs, as the POST body for services. */
export function requestBody(input: AnalysisInput): string {
  const { documentId, uri, name, mimeType, sizeBytes, contentSha256, attempt, extraction } = input;
  return JSON.stringify({
    document: { id: documentId, uri, name, mimeType, sizeBytes, contentSha256, attempt },
    text: extraction.markdown,
    metadata: extraction.metadata,
    parts: extraction.parts,
  });
}

/** Bytes of an answer that are read at most; a longer one is `invalid_answer`. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
