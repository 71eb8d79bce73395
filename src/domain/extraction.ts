import type { Suspicion } from './suspicion.ts';

/** What a reader makes of one file, whatever its format. Character ranges count UTF-16 units of `markdown`. */
export interface Extraction {
  markdown: string;
  /** In reading order; ranges do not overlap. */
  parts: ExtractionPart[];
  images: ExtractionImage[];
  metadata: ExtractionMetadata;
  /** Sentences for a person: `12 pages have no text layer`. */
  warnings: string[];
  /** Documents inside this one (attachments of mails, members of archives), each of which is read by itself. */
  children: ExtractionChild[];
  /** True when there is nothing in it but its children: no analyzer is asked about it. */
  isArchive?: boolean;
  /** What in it, seen or unseen, tries to give orders to a model. Absent: nothing does. */
  suspicions?: Suspicion[];
  /** `<reader>/<version>`; part of the key under which the text is stored. */
  extractorVersion: string;
}

export interface ExtractionPart {
  kind: 'page' | 'sheet' | 'slide' | 'chapter' | 'message' | 'image' | 'body' | 'header' | 'attachment';
  /** From 1, within its kind. */
  index: number;
  label: string;
  start: number;
  end: number;
  /** Of a page or picture, when it can be rendered: its size (pages at 200 dpi). `index` is then its page or frame. */
  widthPx?: number;
  heightPx?: number;
  /** A person sees something there that the text does not say: a scan, a drawing, a photograph. */
  isPicture?: boolean;
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
  /** Pages and images whose text was read by OCR, and how long that took. */
  ocr?: { pages: number; ms: number };
}

export interface ExtractionChild {
  /** Unique in its parent, with `/` between folders. */
  path: string;
  mimeType: string;
  sizeBytes: number;
}

/** Limits of what one document may ask for; above each it fails with the code named. The defaults are in config.ts. */
export interface ExtractionLimits {
  /** A file above this is never read in: `too_large`. */
  maxFileBytes: number;
  /** A file above this, of a format that must be held in memory as a whole: `too_large`. */
  maxParsedBytes: number;
  /** Text above this is cut, with a warning. */
  maxTextChars: number;
  /** The whole result, as it is handed over: `output_too_large`. */
  maxOutputBytes: number;
  /** What the parts of a zipped document unpack to, in all: `archive_bomb`. */
  maxUnpackedBytes: number;
  /** Unpacked bytes per packed byte, from 64 MiB on: `archive_bomb`. */
  maxUnpackRatio: number;
  /** Files inside a zipped document: `too_many_entries`. */
  maxEntries: number;
  /** Elements of XML (and values of JSON) inside each other: `nested_too_deep`. */
  maxDepth: number;
  /** Characters that the entities of an XML document may expand to: `entity_expansion`. */
  maxEntityChars: number;
  /** Width times height of an image: `image_too_large`. */
  maxPixels: number;
  /** Pages and pictures of one document that are shown to a model; the rest is not, with a warning. */
  maxPictures: number;
  /** Bytes of one page or picture as it is shown; above it is compressed more, then made smaller. */
  maxPictureBytes: number;
  /** Documents inside one file, at all depths together: `too_many_entries`. */
  maxChildren: number;
  /** Containers inside each other: an archive below that is `container_too_deep`, a mail keeps its attachments unread. */
  maxChildDepth: number;
}
