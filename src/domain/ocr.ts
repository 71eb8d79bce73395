import type { Json } from './analyzer.ts';

/** Text that is to be read off pages and images which have none. */
export interface OcrOrder {
  /** Names of Tesseract: `eng`, `deu`; sorted, so that equal orders give equal texts. */
  languages: readonly string[];
  /** From the start of the extraction. When it takes longer the rest of the document stays as it is, with a warning. */
  maxMs: number;
}

/** Under its key in a recipe's parameters; null: no OCR. */
export function ocrLanguages({ ocr }: { [key: string]: Json }): readonly string[] | null {
  return Array.isArray(ocr) && ocr.length > 0 ? ocr.filter((name) => typeof name === 'string') : null;
}

/** Texts read with OCR are stored apart from those without. */
export function ocrVersion(readerVersion: string, languages: readonly string[]): string {
  return `${readerVersion}+ocr/1.${languages.join('+')}`;
}

/** Of other formats no part is a picture: their text is the same with OCR and without. */
export function mayNeedOcr(mimeType: string): boolean {
  return mimeType === 'application/pdf' || (mimeType.startsWith('image/') && mimeType !== 'image/svg+xml');
}

/** Whether a text of this version is what a batch with these languages reads; runs with and without OCR replace each other's texts. */
export function isReadSo(version: string, languages: readonly string[] | null, mimeType: string): boolean {
  const wanted = languages !== null && mayNeedOcr(mimeType) ? ocrVersion('', languages) : '';
  const at = version.indexOf('+');
  return (at < 0 ? '' : version.slice(at).replace(/\+partial$/, '')) === wanted;
}

/** No text of this version is taken for the whole one, so that the next run reads the document again; see the statement of the group commit. */
export function partialVersion(version: string): string {
  return `${version}+partial`;
}
