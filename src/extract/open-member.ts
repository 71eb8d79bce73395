import { createHash } from 'node:crypto';
import { basename } from 'node:path/posix';
import { DocumentFailure, permanent } from '../domain/failure.ts';
import type { Draft } from './draft.ts';
import type { Member } from './member.ts';
import { parserFailure } from './parser-failure.ts';
import type { ReadContent } from './read-content.ts';

export interface OpenedMember extends ReadContent {
  name: string;
  /** What it lies in, from the outermost. */
  ancestors: Buffer[];
}

/** Opens container after container on the way to a document. Throws `missing` when the file has changed since it was listed. */
export async function openMember(
  file: { bytes: Buffer; name: string },
  memberPath: readonly string[],
  draftOf: (bytes: Buffer, name: string) => Promise<Draft>,
): Promise<OpenedMember> {
  let { bytes, name } = file;
  const ancestors: Buffer[] = [];
  for (const path of memberPath) {
    const { members } = await draftOf(bytes, name);
    ancestors.push(bytes);
    const member = members?.find((candidate) => candidate.path === path);
    if (member === undefined) {
      throw permanent('missing', `\`${path}\` is no longer in \`${name}\`.`, { stage: 'read' });
    }
    bytes = read(member);
    name = basename(path);
  }
  if (bytes.length === 0) throw permanent('empty', 'The file is empty (0 bytes).', { stage: 'read' });
  const contentSha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes, name, ancestors, sizeBytes: bytes.length, contentSha256 };
}

function read(member: Member): Buffer {
  try {
    return member.read();
  } catch (error) {
    throw error instanceof DocumentFailure ? error : parserFailure(error);
  }
}
