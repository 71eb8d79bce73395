import type { Draft, ReaderInput } from './draft.ts';
import { permanent } from '../domain/failure.ts';
import { markdownTable } from './markdown-table.ts';
import type { Member } from './member.ts';

/** What an archive is by itself: the list of its members. Throws `empty` when there is none. */
export function archiveDraft(
  members: Member[],
  { maxTextChars }: ReaderInput,
  warnings: string[] = [],
): Draft {
  if (members.length === 0) {
    throw permanent('empty', 'There is no file in the archive.', { stage: 'extract' });
  }
  const rows: string[][] = [['File', 'Bytes']];
  let characters = 0;
  for (const { path, sizeBytes } of members) {
    rows.push([path, String(sizeBytes)]);
    characters += path.length;
    if (characters > maxTextChars) break;
  }
  return {
    parts: [{ kind: 'body', label: 'Files', markdown: markdownTable(rows) }],
    members,
    warnings,
    isArchive: true,
  };
}
