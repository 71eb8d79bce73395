import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface OcrData {
  folder: string;
  isPacked: boolean;
}

/**
 * Where the data of these languages lies: the configured folder, else a package `@tesseract.js-data/<language>`, which
 * holds one language. Null when it is nowhere; it is never fetched.
 */
export function ocrData(languages: readonly string[], dataFolder: string | null): OcrData | null {
  const folder = dataFolder ?? (languages.length === 1 ? packageFolder(languages[0]!) : null);
  if (folder === null) return null;
  for (const isPacked of [true, false]) {
    const ending = isPacked ? '.traineddata.gz' : '.traineddata';
    if (languages.every((name) => existsSync(join(folder, `${name}${ending}`)))) return { folder, isPacked };
  }
  return null;
}

function packageFolder(language: string): string | null {
  try {
    const file = createRequire(import.meta.url).resolve(`@tesseract.js-data/${language}/package.json`);
    return join(dirname(file), '4.0.0_best_int');
  } catch {
    return null;
  }
}
