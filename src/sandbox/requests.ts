import type { Json } from '../domain/analyzer.ts';
import type { GroundedQuote, GroundingInput } from '../analyze/claude/ground.ts';
import type { Extraction, ExtractionLimits } from '../domain/extraction.ts';
import type { FailureClass, Stage } from '../domain/failure.ts';
import type { OcrOrder } from '../domain/ocr.ts';
import type { PictureOrder, Rendered } from '../domain/pictures.ts';

/** The bytes themselves, or where in the scratch folder they lie. */
export type Content = Uint8Array | { scratchPath: string };

/** Which document: a file, or one inside it. */
export interface OpenRequest {
  content: Content;
  /** The document's name, for its ending; never a path. */
  name: string;
  /** The way to a document inside this one; empty for the file itself. */
  memberPath: readonly string[];
  /** Tried on what is protected. @default none */
  passwords?: readonly string[];
}

export interface ExtractRequest extends OpenRequest {
  /** The text that is stored already: equal bytes are not parsed again by the same version of their reader. */
  known: KnownText | null;
  /** @default null, pictures stay pictures */
  ocr?: (OcrOrder & { dataFolder: string | null }) | null;
}

export interface RenderRequest extends OpenRequest {
  order: PictureOrder;
}

export interface KnownText {
  contentSha256: string;
  extractorVersion: string;
}

export interface Extracted {
  contentSha256: string;
  sizeBytes: number;
  mimeType: string;
  /** Null only when its text is `known`. */
  extraction: Extraction | null;
}

/** What the `local` analyzer gets to see; answered in the child, since it touches document text. */
export interface LocalInput {
  name: string;
  mimeType: string;
  extraction: Extraction;
}

/** A `DocumentFailure` as plain data: classes do not cross a process border. */
export interface FailureReport {
  failureClass: FailureClass;
  code: string;
  message: string;
  stage: Stage;
  context: Record<string, unknown>;
}

/** `rssBytes` is what the child holds after the work. */
export type Reply<T> = { rssBytes: number } & ({ value: T } | { failure: FailureReport });

/** What a child sends while it works; `stderr` is added by workerpool. */
export type ChildEvent =
  { startedPid: number } | { progress: true } | { stdout: string } | { stderr: string };

/** The functions a child offers, by name. */
export interface ChildFunctions {
  extract(request: ExtractRequest, limits: ExtractionLimits): Promise<Reply<Extracted>>;
  render(request: RenderRequest, limits: ExtractionLimits): Promise<Reply<Rendered>>;
  answerLocally(input: LocalInput): Promise<Reply<Json>>;
  ground(input: GroundingInput): Promise<Reply<GroundedQuote[]>>;
}

/** Written to stderr by a child that ends itself because its resident memory grew too large. */
export const MEMORY_MARK = 'docbatch: above the limit of resident memory';
