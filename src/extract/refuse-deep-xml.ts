import { tooDeep } from './too-deep.ts';
import { readZipDirectory, readZipText } from './zip-directory.ts';

/** Larger parts are not looked at. */
const MAX_PART_BYTES = 64 * 1024 * 1024;
const PARTS = /^(?:word|ppt\/(?:slides|notesSlides))\/\w+\.xml$/;

/** Throws `nested_too_deep` for an Office file before its parser spends minutes on a tree that goes down for ever. */
export function refuseDeepXml(bytes: Buffer, maxDepth: number): void {
  for (const entry of readZipDirectory(bytes) ?? []) {
    if (!PARTS.test(entry.name)) continue;
    const xml = readZipText(bytes, entry, MAX_PART_BYTES);
    if (xml !== null && depthOf(xml) > maxDepth) throw tooDeep(maxDepth);
  }
}

/** The most elements that are open at once. Faster than a parser, which is all that is wanted of it. */
function depthOf(xml: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = xml.indexOf('<'); at >= 0; at = xml.indexOf('<', at + 1)) {
    const next = xml[at + 1];
    if (next === '/') depth -= 1;
    else if (next !== '?' && next !== '!') {
      const end = xml.indexOf('>', at);
      if (end < 0) break;
      if (xml[end - 1] !== '/') depth += 1;
      deepest = Math.max(deepest, depth);
    }
  }
  return deepest;
}
