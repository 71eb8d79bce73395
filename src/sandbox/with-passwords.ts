import { ConfigError } from '../config-error.ts';
import { DocumentFailure, permanent } from '../domain/failure.ts';
import { readPasswords } from './read-passwords.ts';

/**
 * Reads a document, and once more with the passwords of the batch's file when it is protected: they leave the file only
 * for such a document, and are kept nowhere.
 */
export async function withPasswords<T>(
  read: (passwords: readonly string[]) => Promise<T>,
  passwordsFile: string | null,
): Promise<T> {
  try {
    return await read([]);
  } catch (error) {
    if (passwordsFile === null || !(error instanceof DocumentFailure) || error.code !== 'encrypted')
      throw error;
    return read(passwordsFor(error, passwordsFile));
  }
}

function passwordsFor({ message, stage }: DocumentFailure, passwordsFile: string): string[] {
  try {
    return readPasswords(passwordsFile, '/');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw permanent('encrypted', `${message} ${error.message}`, { stage, cause: error });
  }
}
