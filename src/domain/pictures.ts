/** A page of a PDF, or a frame of an image, and the box that it is to fit into. */
export interface PictureWanted {
  /** From 1. */
  page: number;
  widthPx: number;
  heightPx: number;
  /** Of its own size, at most 1. */
  scale: number;
}

/** What a model is to see of a document. */
export interface PictureOrder {
  /** Of the content that is meant: a file that has changed since is `busy_file`. */
  contentSha256: string;
  pages: readonly PictureWanted[];
  /** As pictures, or as a PDF of these pages, which become pictures where the PDF cannot be taken apart or is too large. */
  as: 'jpeg' | 'pdf';
  /** Bytes of the PDF at most. */
  maxPdfBytes: number;
}

export interface Picture {
  page: number;
  /** JPEG. */
  bytes: Uint8Array;
  widthPx: number;
  heightPx: number;
}

export type Rendered = { pictures: Picture[] } | { pdf: Uint8Array };

/** Pages of a PDF have the size that they have at this many dots per inch. */
export const PAGE_DPI = 200;
