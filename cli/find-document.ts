import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Queryable } from '../src/db/database.ts';
import type { KnownDocument } from '../src/db/find-documents.ts';
import { findDocuments } from '../src/db/find-documents.ts';
import { commandLine } from './command-name.ts';
import type { CliContext } from './context.ts';
import { CliError } from './context.ts';

/** The one document that the user named by id, start of the id, uri, path or file name; else an error that lists them. */
export async function findDocument(
  context: CliContext,
  db: Queryable,
  named: string,
): Promise<KnownDocument> {
  const { userDir } = context.config();
  const found = await findDocuments(db, named, {
    uri: pathToFileURL(resolve(userDir, named)).href,
    uriEnding: pathToFileURL(resolve('/', named)).pathname.slice(1),
  });
  if (found.length === 0) {
    throw new CliError(`No document is called \`${named}\``, {
      why: 'no id, uri, path or file name of this project’s documents fits',
      next: `${commandLine(context.env, 'report last')}   lists those of the last batch`,
    });
  }
  if (found.length > 1) {
    const more = found.length > 10 ? ', …' : '';
    throw new CliError(`\`${named}\` means several documents`, {
      why: `${found
        .slice(0, 10)
        .map(({ uri }) => uri)
        .join(', ')}${more}`,
      next: 'name one by its path or uri',
    });
  }
  return found[0]!;
}
