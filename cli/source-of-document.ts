import { fileURLToPath } from 'node:url';
import type { KnownDocument } from '../src/db/find-documents.ts';
import type { Source } from '../src/sources/resolve-sources.ts';
import { CliError } from './context.ts';

/** Where a registered document is read from again, so that a change is noticed; one inside another with the file that holds it. */
export function sourceOfDocument({ uri, name, containerUri }: KnownDocument): Source {
  const file = containerUri ?? uri;
  if (file.startsWith('file:')) return { kind: 'file', path: fileURLToPath(file) };
  throw new CliError(`\`${name}\` cannot be read`, {
    why: uri === '' ? 'it has no uri' : `\`${uri}\` is not a file`,
    next: 'process the file itself by its path',
  });
}
