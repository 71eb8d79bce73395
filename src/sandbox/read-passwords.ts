import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError } from '../config.ts';

/** One password a line, tried on every protected document; of a file that only its owner should be able to read. */
export function readPasswords(file: string | null, dir: string): string[] {
  if (file === null) return [];
  const path = resolve(dir, file);
  try {
    const lines = readFileSync(path, 'utf8')
      .replace(/^\ufeff/, '')
      .split(/\r?\n/);
    return [...new Set(lines.filter((line) => line !== ''))];
  } catch (error) {
    throw new ConfigError(`Cannot read the passwords in \`${path}\`: ${(error as Error).message}`);
  }
}
