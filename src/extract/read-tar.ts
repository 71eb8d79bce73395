import { gunzipSync } from 'node:zlib';
import { basename } from 'node:path';
import mimeTypes from 'mime-types';
import { permanent } from '../domain/failure.ts';
import { archiveDraft } from './archive-draft.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { inflate } from './inflate.ts';
import { isWorthReading } from './junk-names.ts';
import { memberPaths } from './member-paths.ts';
import { HARMLESS_BYTES } from './refuse-bomb.ts';
import { isTar, readTarEntries } from './tar-entries.ts';

export function readTar(input: ReaderInput): Draft {
  return tarDraft(input.bytes, input);
}

/** A compressed tar file is one archive, not two; any other compressed file holds one document. */
export function readGzip(input: ReaderInput): Draft {
  const content = gunzip(input);
  if (isTar(content)) return tarDraft(content, input);
  const [path] = memberPaths([innerName(input.name)]);
  const mimeType = mimeTypes.lookup(path!) || 'application/octet-stream';
  return archiveDraft([{ path: path!, mimeType, sizeBytes: content.length, read: () => content }], input);
}

function gunzip({ bytes, maxParsedBytes, maxUnpackedBytes, maxUnpackRatio }: ReaderInput): Buffer {
  const byRatio = Math.max(HARMLESS_BYTES, bytes.length * maxUnpackRatio);
  const maxOutputLength = Math.min(byRatio, maxUnpackedBytes, maxParsedBytes);
  return inflate(() => gunzipSync(bytes, { maxOutputLength }), maxOutputLength);
}

function tarDraft(bytes: Buffer, input: ReaderInput): Draft {
  const { files, leftOut } = readTarEntries(bytes, input.maxChildren);
  const wanted = files.filter(({ name }) => isWorthReading(name));
  if (wanted.length === 0 && leftOut > 0) {
    throw permanent('empty', 'There are only links and devices in the archive.', { stage: 'extract' });
  }
  const paths = memberPaths(wanted.map(({ name }) => name));
  const members = wanted.map(({ start, sizeBytes }, index) => ({
    path: paths[index]!,
    mimeType: mimeTypes.lookup(paths[index]!) || 'application/octet-stream',
    sizeBytes,
    read: () => bytes.subarray(start, start + sizeBytes),
  }));
  const warnings = leftOut === 0 ? [] : [`${leftOut} links and devices of the archive were left out`];
  return archiveDraft(members, input, warnings);
}

/** The name in the header of a gzip file is optional, and often of another time. */
function innerName(name: string): string {
  const base = basename(name);
  const inner = base.replace(/\.gz$/i, '');
  return inner === base || inner === '' ? 'content' : inner;
}
