import { fileURLToPath } from 'node:url';
import { basename } from 'node:path';
import { basename as memberName } from 'node:path/posix';
import type { Json } from '../domain/analyzer.ts';
import type { Extraction } from '../domain/extraction.ts';
import { permanent } from '../domain/failure.ts';
import type { ClaimedItem } from '../db/claims.ts';
import type { ChildDocument } from '../db/commit-outcomes.ts';
import type { Queryable } from '../db/database.ts';
import { countMembers } from '../db/members.ts';
import { outlastOutage } from './outage.ts';

const containers: ReadonlySet<string> = new Set([
  ...['application/zip', 'application/x-tar', 'application/gzip'],
  ...['message/rfc822', 'application/mbox', 'application/vnd.ms-outlook'],
]);
const NAMES_IN_SUMMARY = 5;

/** Whether an answer from the cache is not all there is to this document. */
export function mayHaveChildren(mimeType: string): boolean {
  return containers.has(mimeType);
}

/**
 * The documents inside a document, as rows. Throws `too_many_entries` when those of all its siblings, and of what lies
 * in them, are more than one file may bring: archives that multiply from level to level end here.
 */
export async function childrenOf(
  db: Queryable,
  { documentId, uri, containerUri }: ClaimedItem,
  { children }: Extraction,
  maxChildren: number,
): Promise<ChildDocument[]> {
  if (children.length === 0) return [];
  if (containerUri !== null) {
    const others = await outlastOutage(() => countMembers(db, containerUri, documentId));
    if (others + children.length > maxChildren) {
      const message = `The file in which it lies would bring more than ${maxChildren} documents, which is the limit.`;
      throw permanent('too_many_entries', message, {
        stage: 'extract',
        context: { others, children: children.length, maxChildren },
      });
    }
  }
  return children.map((child) => ({
    ...child,
    uri: `${uri}!${encodePath(child.path)}`,
    name: memberName(child.path),
  }));
}

/** What an archive is answered with: there is nothing in it for an analyzer to read. */
export function describeArchive({ children, metadata }: Extraction): Json {
  const names = children.slice(0, NAMES_IN_SUMMARY).map(({ path }) => path);
  const more = children.length > NAMES_IN_SUMMARY ? ', …' : '';
  const count = children.length === 1 ? '1 file' : `${children.length} files`;
  return {
    summary: `An archive of ${count}: ${names.join(', ')}${more}`,
    container: metadata.mimeType,
    files: children.length,
  };
}

export function nameInUri(uri: string): string {
  return basename(fileURLToPath(uri));
}

/** Readable in every script; only what ends a URI, or a name in it, is escaped. */
function encodePath(path: string): string {
  return path.replace(/[%#?!\s\\"<>|^`{}]/gu, (character) =>
    encodeURIComponent(character).replace('!', '%21'),
  );
}
