import type { ExtractionLimits } from './extraction.ts';

const MIB = 1024 * 1024;

/** What `limits` of docbatch.yaml is where it says nothing. */
export const defaultLimits: ExtractionLimits = {
  maxFileBytes: 4096 * MIB,
  maxParsedBytes: 512 * MIB,
  maxTextChars: 20_000_000,
  maxOutputBytes: 128 * MIB,
  maxUnpackedBytes: 1024 * MIB,
  // Office XML shrinks to a tenth, rarely a fiftieth; a bomb to a thousandth.
  maxUnpackRatio: 200,
  maxEntries: 10_000,
  maxDepth: 1000,
  maxEntityChars: 1_000_000,
  // A poster of A0 at 300 dpi has 140 million.
  maxPixels: 250_000_000,
  maxPictures: 1000,
  // The API takes 10 MB of Base64; through other clouds 5 MB.
  maxPictureBytes: 3 * MIB,
  maxChildren: 5000,
  maxChildDepth: 3,
};
