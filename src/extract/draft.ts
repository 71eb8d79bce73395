import type { ExtractionImage, ExtractionMetadata, ExtractionPart } from '../domain/extraction.ts';

/** What a reader gets: the bytes are known to be of its format. */
export interface ReaderInput {
  bytes: Buffer;
  name: string;
  mimeType: string;
  /** Readers may stop once they have this much text; what is above is cut in any case. */
  maxTextChars: number;
}

export interface DraftPart {
  kind: ExtractionPart['kind'];
  label: string;
  /** Empty parts are kept: a page without text is still a page. */
  markdown: string;
}

/** What a reader makes; finishDraft turns it into an `Extraction`. */
export interface Draft {
  parts: DraftPart[];
  metadata?: Omit<Partial<ExtractionMetadata>, 'words' | 'characters' | 'mimeType'>;
  images?: ExtractionImage[];
  warnings?: string[];
  /** True when a person sees something though there is no text: a drawing, a scan. */
  hasPictures?: boolean;
}

export type Reader = (input: ReaderInput) => Draft | Promise<Draft>;
