import type { Extraction } from '../../domain/extraction.ts';
import type { Json } from '../../domain/analyzer.ts';

export interface LocalInput {
  name: string;
  mimeType: string;
  extraction: Extraction;
}

/** The offline answer about one document. Runs in the sandbox's child process. */
export function answerLocally(input: LocalInput): Json {
  return { title: input.extraction.metadata.title ?? input.name };
}
