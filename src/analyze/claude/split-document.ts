import type { Extraction } from '../../domain/extraction.ts';
import type { Profile } from '../../domain/profile.ts';
import { PAGE_DPI } from '../../domain/pictures.ts';
import type { Shown } from './picture-size.ts';
import type { TextRange } from './split-text.ts';
import { splitText } from './split-text.ts';

/** What one call is about: text, with pictures between it, or pages of a PDF as they are. */
export interface Piece {
  text: string;
  pictures: (Shown & { /** Before which character of the text it stands. */ at: number })[];
  pdfPages: ShownPage[];
}

/** Of a PDF, sent as it is. */
export interface ShownPage extends Shown {
  /** Of its text, as far as we could read it: it is billed besides the picture. */
  textBytes: number;
}

/** A4, for what was read before sizes were kept. */
const PAGE = { widthPx: Math.round(8.27 * PAGE_DPI), heightPx: Math.round(11.69 * PAGE_DPI) };

/**
 * The document in pieces, each within the limits of one call; none when there is nothing to be seen in it. Of the pages
 * of a PDF that would be sent as they are `maxPictures` are, the rest as text.
 */
export function splitDocument(
  extraction: Pick<Extraction, 'markdown' | 'parts' | 'metadata'>,
  profile: Pick<Profile, 'send' | 'chunking' | 'pictures'>,
  maxPictures = Infinity,
): Piece[] {
  const { markdown, parts, metadata } = extraction;
  const { send, chunking } = profile;
  if (send === 'text') return textPieces(extraction, chunking);
  const { perCall } = profile.pictures;
  const pages = parts.filter(({ kind }) => kind === 'page');
  if (send === 'native' && metadata.mimeType === 'application/pdf' && pages.length > 0) {
    const sent = pages.slice(0, maxPictures).map(({ index: page, widthPx, heightPx, start, end }) => ({
      page,
      widthPx: widthPx ?? PAGE.widthPx,
      heightPx: heightPx ?? PAGE.heightPx,
      textBytes: Buffer.byteLength(markdown.slice(start, end)),
    }));
    const rest = markdown.slice(pages[sent.length]?.start ?? markdown.length);
    return [
      ...groupsOf(sent, perCall).map((pdfPages) => ({ text: '', pictures: [], pdfPages })),
      ...textPieces({ markdown: rest, parts: [] }, chunking),
    ];
  }
  const shown = parts.filter(({ isPicture }) => isPicture === true);
  if (markdown.trim() === '' && shown.length === 0) return [];
  return splitText(extraction, chunking).flatMap((range, index, ranges) => {
    const isLast = index === ranges.length - 1;
    const within = shown
      .filter(({ start }) => start >= range.from && (start < range.to || isLast))
      .map(({ index: page, start, widthPx, heightPx }) => ({
        ...{ page, at: start },
        widthPx: widthPx ?? PAGE.widthPx,
        heightPx: heightPx ?? PAGE.heightPx,
      }));
    return piecesOf(markdown, range, groupsOf(within, perCall));
  });
}

function textPieces(
  text: Pick<Extraction, 'markdown' | 'parts'>,
  chunking: { maxChars: number; overlapChars: number },
): Piece[] {
  const ranges = text.markdown.trim() === '' ? [] : splitText(text, chunking);
  return ranges.map(({ start, to }) => pieceOf(text.markdown, start, to, []));
}

/** With more pictures than one call may have, the text is cut where the next group begins. */
function piecesOf(
  markdown: string,
  { start, to }: TextRange,
  groups: readonly (Shown & { at: number })[][],
): Piece[] {
  if (groups.length === 0) return [pieceOf(markdown, start, to, [])];
  return groups.map((group, index) => {
    const from = index === 0 ? start : group[0]!.at;
    const end = groups[index + 1]?.[0]!.at ?? to;
    return pieceOf(markdown, from, end, group);
  });
}

function pieceOf(
  markdown: string,
  start: number,
  end: number,
  shown: readonly (Shown & { at: number })[],
): Piece {
  const text = markdown.slice(start, end).toWellFormed();
  return { text, pictures: shown.map((one) => ({ ...one, at: one.at - start })), pdfPages: [] };
}

function groupsOf<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, group) =>
    values.slice(group * size, (group + 1) * size),
  );
}
