import { extname } from 'node:path';
import { decodeText } from './decode-text.ts';

const HEAD_BYTES = 16 * 1024;

const byExtension: Readonly<Record<string, string>> = {
  '.txt': 'text/plain',
  '.text': 'text/plain',
  '.log': 'text/plain',
  '.md': 'text/markdown',
  '.markdown': 'text/markdown',
  '.csv': 'text/csv',
  '.tsv': 'text/tab-separated-values',
  '.tab': 'text/tab-separated-values',
  '.json': 'application/json',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
  '.yaml': 'application/yaml',
  '.yml': 'application/yaml',
  '.xml': 'application/xml',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.xhtml': 'text/html',
  '.eml': 'message/rfc822',
};

/** The MIME type of bytes that are text; `text/plain` when neither content nor name says more. */
export function detectTextType(bytes: Buffer, name: string): string {
  const { text } = decodeText(bytes.subarray(0, HEAD_BYTES));
  const head = text.replace(/^\ufeff/, '').trimStart();
  const named = byExtension[extname(name).toLowerCase()];
  return markupType(head) ?? mailType(head) ?? named ?? dataType(head, bytes) ?? 'text/plain';
}

function markupType(head: string): string | null {
  const afterProlog = head.replace(/^(?:<\?[^>]*\?>|<!--[\s\S]*?-->|\s)+/, '');
  if (/^<!doctype\s+html\b/i.test(afterProlog) || /^<html[\s>]/i.test(afterProlog)) return 'text/html';
  if (/^(?:<!doctype\s+svg[^>]*>\s*)?<svg[\s>]/i.test(afterProlog)) return 'image/svg+xml';
  return head.startsWith('<?xml') ? 'application/xml' : null;
}

/** A mail begins with header lines, of which at least two are well-known ones. */
function mailType(head: string): string | null {
  const headers = /^(?:[\w-]+:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*)+/.exec(
    head.replace(/^From .*\r?\n/, ''),
  )?.[0];
  if (headers === undefined) return null;
  const names = new Set([...headers.matchAll(/^([\w-]+):/gm)].map((match) => match[1]!.toLowerCase()));
  const wellKnown = [
    'from',
    'to',
    'subject',
    'date',
    'received',
    'message-id',
    'mime-version',
    'content-type',
  ];
  const certain = names.has('message-id') || names.has('mime-version') || names.has('received');
  return certain && wellKnown.filter((header) => names.has(header)).length >= 3 ? 'message/rfc822' : null;
}

/** For files whose name says nothing. */
function dataType(head: string, bytes: Buffer): string | null {
  if (/^[{[]/.test(head) && isJson(bytes)) return 'application/json';
  if (/^(?:%YAML|---[ \t]*\r?\n\w+:)/.test(head)) return 'application/yaml';
  if (/^<(?:head|body|div|p|table|h[1-6])[\s>]/i.test(head)) return 'text/html';
  if (/^<[\w:-]+[\s>]/.test(head) && /<\/[\w:-]+>\s*$/.test(head)) return 'application/xml';
  const lines = head
    .split(/\r?\n/)
    .slice(0, 10)
    .filter((line) => line !== '');
  if (lines.length >= 3 && isEven(lines, '\t', 1)) return 'text/tab-separated-values';
  if (lines.length >= 3 && (isEven(lines, ',', 2) || isEven(lines, ';', 2))) return 'text/csv';
  return /^#{1,3} \S/m.test(head) && /\n\n/.test(head) ? 'text/markdown' : null;
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(decodeText(bytes).text);
    return true;
  } catch {
    return false;
  }
}

function isEven(lines: string[], delimiter: string, atLeast: number): boolean {
  const counts = lines.map((line) => line.split(delimiter).length - 1);
  return counts[0]! >= atLeast && counts.every((count) => count === counts[0]);
}
