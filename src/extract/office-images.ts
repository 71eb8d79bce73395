import type { ExtractionImage } from '../domain/extraction.ts';
import { readZipDirectory } from './zip-directory.ts';

/** The pictures of an office file, by its directory; they are not opened. */
export function officeImages(bytes: Buffer): ExtractionImage[] {
  const types: Record<string, string> = { jpg: 'image/jpeg', tif: 'image/tiff', svg: 'image/svg+xml' };
  return (readZipDirectory(bytes) ?? []).flatMap(({ name }) => {
    const match = /^(?:word|xl|ppt)\/media\/([^/]+\.(png|jpe?g|gif|bmp|tiff?|svg|emf|wmf|webp))$/i.exec(name);
    if (match === null) return [];
    const extension = match[2]!.toLowerCase();
    return [{ name: match[1]!, mimeType: types[extension] ?? `image/${extension}` }];
  });
}
