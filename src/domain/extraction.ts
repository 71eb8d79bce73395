/** What a reader makes of one file, whatever its format. Character ranges count UTF-16 units of `markdown`. */
export interface Extraction {
  markdown: string;
  /** In reading order; ranges do not overlap. */
  parts: ExtractionPart[];
  images: ExtractionImage[];
  metadata: ExtractionMetadata;
  /** Sentences for a person: `12 pages have no text layer`. */
  warnings: string[];
  /** Documents inside this one (attachments, archive members); filled from the documents issue on. */
  children: ExtractionChild[];
  /** `<reader>/<version>`; part of the key under which the text is stored. */
  extractorVersion: string;
}

export interface ExtractionPart {
  kind: 'page' | 'sheet' | 'slide' | 'body' | 'header' | 'attachment';
  /** From 1, within its kind. */
  index: number;
  label: string;
  start: number;
  end: number;
}

export interface ExtractionImage {
  name: string;
  mimeType: string;
  widthPx?: number;
  heightPx?: number;
}

export interface ExtractionMetadata {
  mimeType: string;
  title?: string;
  author?: string;
  /** ISO 8601. */
  createdAt?: string;
  modifiedAt?: string;
  language?: string;
  encoding?: string;
  pages?: number;
  sheets?: number;
  slides?: number;
  words: number;
  characters: number;
  tables?: number;
  images?: number;
}

export interface ExtractionChild {
  name: string;
  mimeType: string;
  sizeBytes: number;
}
