import type { AsideText } from '../../domain/suspicion.ts';
import { decodeInput } from '../decode-input.ts';
import type { Draft, ReaderInput } from '../draft.ts';
import { zipTypes } from '../zip-types.ts';
import { imageAsides } from './image-asides.ts';
import { markupAsides } from './markup-asides.ts';
import { officeAsides } from './office-asides.ts';
import { pdfAsides } from './pdf-asides.ts';

const zipped: ReadonlySet<string> = new Set(Object.values(zipTypes));
const MAX_ASIDE_CHARS = 4_000_000;

/** What a document holds beside the text that a person reads; some formats tell it by their readers, most by their bytes. */
export function asidesOf(draft: Draft, input: ReaderInput): AsideText[] {
  const { title, author } = draft.metadata ?? {};
  const asides = [
    ...(draft.asides ?? []),
    ...fromBytes(input, draft),
    ...[title, author].flatMap((text) => (text === undefined ? [] : [{ origin: 'metadata' as const, text }])),
  ];
  let left = MAX_ASIDE_CHARS;
  return asides.filter(({ text }) => (left -= text.length) > 0);
}

function fromBytes(input: ReaderInput, { parts }: Draft): AsideText[] {
  const { mimeType, bytes, onProgress } = input;
  if (zipped.has(mimeType)) return officeAsides(bytes);
  if (mimeType === 'application/pdf') {
    return pdfAsides(bytes, parts.map(({ markdown }) => markdown).join(' '), onProgress);
  }
  if (mimeType === 'text/html') return markupAsides(decodeInput(input).text);
  if (mimeType === 'image/svg+xml' || /\+?xml$/.test(mimeType)) {
    return markupAsides(decodeInput(input).text, { xmlMode: true });
  }
  if (mimeType.startsWith('image/')) return imageAsides(bytes);
  if (mimeType === 'text/markdown') return markdownComments(decodeInput(input).text);
  if (mimeType === 'application/rtf') return rtfAsides(bytes.toString('latin1'));
  return [];
}

function markdownComments(text: string): AsideText[] {
  const comments = [...text.matchAll(/<!--([\s\S]{1,20000}?)-->|^\[\/\/\]: # [("']([^\n]*)/gm)];
  return comments.map(([, html, link]) => ({ origin: 'comment', text: html ?? link! }));
}

function rtfAsides(rtf: string): AsideText[] {
  const plain = (text: string) => text.replace(/\\'[0-9a-f]{2}|\\[a-z]+-?\d* ?|[{}]/gi, '').trim();
  const notes = [...rtf.matchAll(/\{\\\*\\annotation\b([\s\S]{1,20000}?)\}\s*\}/g)];
  const properties = [
    ...rtf.matchAll(/\{\\(?:title|subject|keywords|doccomm|author|company|category)\b([^{}]{8,20000})\}/g),
  ];
  const hidden = [...rtf.matchAll(/\\v(?![a-z0-9])([\s\S]{1,20000}?)(?:\\v0|\})/g)];
  return [
    ...notes.map(([, text]) => ({ origin: 'comment' as const, text: plain(text!) })),
    ...properties.map(([, text]) => ({ origin: 'metadata' as const, text: plain(text!) })),
    ...hidden.map(([, text]) => ({ origin: 'hidden text' as const, text: plain(text!) })),
  ];
}
