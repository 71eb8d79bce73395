import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError } from '../config-error.ts';
import { explainErrno } from '../explain-errno.ts';

/** One password a line, tried on every protected document; of a file that only its owner should be able to read. */
export function readPasswords(file: string | null, dir: string): string[] {
  if (file === null) return [];
  const path = resolve(dir, file);
  const passwords = linesOf(path);
  if (passwords.length > 0) return passwords;
  throw new ConfigError(`There is no password in \`${path}\`: expected one a line`);
}

/** Its absolute path, when passwords can be read from it. Throws `ConfigError`. */
export function passwordsPath(file: string, dir: string): string {
  readPasswords(file, dir);
  return resolve(dir, file);
}

function linesOf(path: string): string[] {
  try {
    const lines = readFileSync(path, 'utf8')
      .replace(/^\ufeff/, '')
      .split(/\r?\n/);
    return [...new Set(lines.filter((line) => line !== ''))];
  } catch (error) {
    throw new ConfigError(`Cannot read the passwords in \`${path}\`: ${explainErrno(error, path)}`);
  }
}
