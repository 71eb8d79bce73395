import { extname } from 'node:path';
import { decodeText } from './decode-text.ts';
import { textFormats } from './formats.ts';
import { guessTextType } from './guess-text-type.ts';

const HEAD_BYTES = 16 * 1024;

const byExtension: ReadonlyMap<string, string> = new Map(
  textFormats.flatMap(({ extensions, mimeType }) => extensions.map((extension) => [extension, mimeType])),
);

/** The MIME type of bytes that are text; `text/plain` when neither content nor name says more. */
export function detectTextType(bytes: Buffer, name: string): string {
  const { text } = decodeText(bytes.subarray(0, HEAD_BYTES));
  const head = text.replace(/^\ufeff/, '').trimStart();
  const promised = byExtension.get(extname(name).toLowerCase().slice(1));
  const named = promised !== undefined && keepsPromise(promised, head) ? promised : undefined;
  return certainType(head, named) ?? named ?? guessTextType(head, bytes) ?? 'text/plain';
}

/** Without these marks a reader would find nothing where a person sees text. */
const marks: Readonly<Record<string, RegExp>> = {
  'text/calendar': /BEGIN:/i,
  'text/vcard': /BEGIN:/i,
  'image/svg+xml': /<(?:\w+:)?svg[\s>]/i,
  'message/rfc822': /^[\w-]+:/,
  'multipart/related': /^[\w-]+:/,
  'application/mbox': /^From /m,
};

function keepsPromise(mimeType: string, head: string): boolean {
  return marks[mimeType]?.test(head) ?? true;
}

/** What the first lines leave no doubt about, whatever the name. */
function certainType(head: string, named: string | undefined): string | null {
  if (/^BEGIN:VCALENDAR\b/i.test(head)) return 'text/calendar';
  if (/^BEGIN:VCARD\b/i.test(head)) return 'text/vcard';
  // Pages for printers: what is text in them is the program.
  if (/^%!PS/.test(head)) return 'application/postscript';
  return markupType(head) ?? mailType(head, named);
}

function markupType(head: string): string | null {
  const root = head.replace(/^(?:<\?[^>]*\?>|<!--[\s\S]*?-->|\s)+/, '');
  if (/^<!doctype\s+html\b/i.test(root) || /^<html[\s>]/i.test(root)) return 'text/html';
  const element = root.replace(/^<!doctype[^[>]*(?:\[[^\]]*\]\s*)?>\s*(?:<!--[\s\S]*?-->\s*)*/i, '');
  if (/^<(?:svg:)?svg[\s>]/i.test(element)) return 'image/svg+xml';
  if (/^<rss[\s>]/i.test(element)) return 'application/rss+xml';
  if (/^<rdf:RDF[\s>]/.test(element) && element.includes('http://purl.org/rss/1.0/'))
    return 'application/rss+xml';
  if (/^<feed\s[^>]*http:\/\/www\.w3\.org\/2005\/Atom/.test(element)) return 'application/atom+xml';
  return head.startsWith('<?xml') ? 'application/xml' : null;
}

const wellKnown = ['from', 'to', 'subject', 'date', 'received', 'message-id', 'mime-version', 'content-type'];

/** A mail begins with header lines, of which at least two are well-known ones. */
function mailType(head: string, named: string | undefined): string | null {
  const isBox = /^From \S+.*\b\d{4}\b.*\r?\n/.test(head);
  const headers = /^(?:[\w-]+:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*)+/.exec(
    head.replace(/^From .*\r?\n/, ''),
  )?.[0];
  if (headers === undefined) return null;
  const names = new Set([...headers.matchAll(/^([\w-]+):/gm)].map((match) => match[1]!.toLowerCase()));
  const certain = names.has('message-id') || names.has('mime-version') || names.has('received');
  const known = wellKnown.filter((header) => names.has(header)).length;
  if (isBox && named !== 'message/rfc822' && known >= 2) return 'application/mbox';
  if (named === 'multipart/related' || named === 'application/mbox') return null;
  const isPage =
    /^content-type:\s*multipart\/related/im.test(headers) &&
    /^(?:snapshot-)?content-location:|^from:\s*<?saved by/im.test(headers);
  if (isPage) return 'multipart/related';
  return certain && known >= 3 ? 'message/rfc822' : null;
}
