import type {
  ExtractionImage,
  ExtractionLimits,
  ExtractionMetadata,
  ExtractionPart,
} from '../domain/extraction.ts';
import type { AsideText } from '../domain/suspicion.ts';
import type { Member } from './member.ts';

/** What a reader gets: the bytes are known to be of its format. Readers may stop once they have `maxTextChars`. */
export interface ReaderInput extends ExtractionLimits {
  bytes: Buffer;
  name: string;
  mimeType: string;
  /** Tried on what is protected. */
  passwords: readonly string[];
  /** To be called between pages, mails, chapters: a parser that calls it is not taken for one that hangs. */
  onProgress: () => void;
}

export interface DraftPart {
  kind: ExtractionPart['kind'];
  label: string;
  /** Empty parts are kept: a page without text is still a page. */
  markdown: string;
  /** See `ExtractionPart`. */
  widthPx?: number;
  heightPx?: number;
  isPicture?: boolean;
}

/** What a reader makes; finishDraft turns it into an `Extraction`. */
export interface Draft {
  parts: DraftPart[];
  metadata?: Omit<Partial<ExtractionMetadata>, 'words' | 'characters' | 'mimeType'>;
  images?: ExtractionImage[];
  warnings?: string[];
  /** True when a person sees something though there is no text: a drawing, a scan. */
  hasPictures?: boolean;
  /** Texts beside what a person reads, where the bytes alone do not tell. */
  asides?: AsideText[];
  /** Documents inside this one. */
  members?: Member[];
  /** True when it is nothing but its members. */
  isArchive?: boolean;
}

export type Reader = (input: ReaderInput) => Draft | Promise<Draft>;
