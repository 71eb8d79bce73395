import { formats } from './formats.ts';
import type { Format } from './formats.ts';

/** Other names of formats that file-type and mails use. */
const aliases: Readonly<Record<string, string>> = {
  'image/heif': 'image/heic',
  'image/heic-sequence': 'image/heic',
  'image/x-ms-bmp': 'image/bmp',
};
const byMimeType: ReadonlyMap<string, Format> = new Map(formats.map((format) => [format.mimeType, format]));

export function isReadable(mimeType: string): boolean {
  return byMimeType.has(aliases[mimeType] ?? mimeType);
}

/** The format of a MIME type that `detectType` gave. */
export function formatOf(mimeType: string): Format {
  const found = byMimeType.get(aliases[mimeType] ?? mimeType);
  if (found === undefined) throw new Error(`Expected a MIME type that is read, got \`${mimeType}\``);
  return found;
}
