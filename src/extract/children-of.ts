import type { ExtractionChild, ExtractionLimits } from '../domain/extraction.ts';
import { permanent } from '../domain/failure.ts';
import type { Draft } from './draft.ts';
import type { Member } from './member.ts';

export interface Place extends Pick<ExtractionLimits, 'maxChildren' | 'maxChildDepth'> {
  /** The containers that the document lies in, from the outermost, and last itself. */
  ancestors: readonly Buffer[];
}

/**
 * Which members become documents. An archive that goes beyond a limit is refused; a mail still has its own text, and
 * says what was left out.
 */
export function childrenOf(
  { members = [], warnings = [], isArchive = false }: Draft,
  { ancestors, maxChildren, maxChildDepth }: Place,
): { children: ExtractionChild[]; warnings: string[] } {
  if (ancestors.length > maxChildDepth && members.length > 0) {
    if (isArchive) {
      const message = `The archive lies inside ${maxChildDepth} others, which is the limit.`;
      throw permanent('container_too_deep', message, { stage: 'extract', context: { maxChildDepth } });
    }
    const note = `${members.length} attachments were not read: they lie deeper than limits.maxChildDepth (${maxChildDepth})`;
    return { children: [], warnings: [...warnings, note] };
  }
  if (members.length > maxChildren && isArchive) {
    const message = `There are more than ${maxChildren} files in the archive, which is the limit.`;
    throw permanent('too_many_entries', message, {
      stage: 'extract',
      context: { entries: members.length, maxChildren },
    });
  }
  if (isArchive) for (const member of members) refuseLoop(member, ancestors);
  const children = members
    .slice(0, maxChildren)
    .map(({ path, mimeType, sizeBytes }) => ({ path, mimeType, sizeBytes }));
  if (children.length === members.length) return { children, warnings };
  const note = `Of ${members.length} attachments only the first ${maxChildren} are read (limits.maxChildren)`;
  return { children, warnings: [...warnings, note] };
}

/** Archives can be made that contain themselves, byte for byte. */
function refuseLoop(member: Member, ancestors: readonly Buffer[]): void {
  const suspects = ancestors.filter((ancestor) => ancestor.length === member.sizeBytes);
  if (suspects.length === 0) return;
  const content = contentOf(member);
  if (content === null || !suspects.some((ancestor) => ancestor.equals(content))) return;
  const message = `The archive contains itself (as \`${member.path}\`).`;
  throw permanent('archive_loop', message, { stage: 'extract' });
}

/** A damaged member is that document's failure, not its archive's. */
function contentOf(member: Member): Buffer | null {
  try {
    return member.read();
  } catch {
    return null;
  }
}
