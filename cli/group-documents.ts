import { cpus } from 'node:os';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Queryable } from '../src/db/database.ts';
import type { SampleDocument } from '../src/db/estimate-rows.ts';
import { loadText } from '../src/db/texts.ts';
import { DocumentFailure } from '../src/domain/failure.ts';
import { groupAlike } from '../src/domain/group-alike.ts';
import { signatureOf } from '../src/domain/min-hash.ts';
import type { Sandbox } from '../src/sandbox/pool.ts';
import { createSandbox } from '../src/sandbox/pool.ts';
import { sandboxOptions } from '../src/sandbox/sandbox-options.ts';
import type { CliContext } from './context.ts';
import type { Grouping } from './groupings.ts';

export interface DocumentGroup {
  /** The type, or the name of a document that stands for the rest. */
  name: string;
  documents: number;
  sizeBytes: number;
  uris: string[];
}

/** Documents that go together, largest group first. Texts are read in child processes, and nothing is written. */
export async function groupDocuments(
  context: CliContext,
  db: Queryable,
  documents: readonly SampleDocument[],
  by: Grouping,
): Promise<DocumentGroup[]> {
  if (by === 'type') return byType(documents);
  const signatures = await readSignatures(context, db, documents);
  const readable = documents.filter((_, index) => signatures[index] !== null);
  const groups = groupAlike(signatures.filter((signature) => signature !== null)).map((places) =>
    groupOf(
      basename(readable[places[0]!]!.uri),
      places.map((place) => readable[place]!),
    ),
  );
  const unread = documents.filter((_, index) => signatures[index] === null);
  return unread.length === 0 ? groups : [...groups, groupOf('cannot be read', unread)];
}

function byType(documents: readonly SampleDocument[]): DocumentGroup[] {
  const types = new Map<string, SampleDocument[]>();
  for (const document of documents) {
    const members = types.get(document.type);
    if (members === undefined) types.set(document.type, [document]);
    else members.push(document);
  }
  return [...types]
    .map(([type, members]) => groupOf(type, members))
    .sort((a, b) => b.documents - a.documents || a.name.localeCompare(b.name));
}

function groupOf(name: string, members: readonly SampleDocument[]): DocumentGroup {
  return {
    name,
    documents: members.length,
    sizeBytes: members.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    uris: members.map(({ uri }) => uri),
  };
}

/** Null for what cannot be read. */
async function readSignatures(
  context: CliContext,
  db: Queryable,
  documents: readonly SampleDocument[],
): Promise<(Uint32Array | null)[]> {
  const sandbox = createSandbox(sandboxOptions(context.config().limits));
  const signatures = documents.map((): Uint32Array | null => null);
  const waiting = [...documents.entries()];
  try {
    const lanes = Array.from({ length: Math.max(2, cpus().length) }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const text = await textOf(sandbox, db, next[1], context.interrupted);
        if (text !== null) signatures[next[0]] = signatureOf(text);
      }
    });
    await Promise.all(lanes);
    return signatures;
  } finally {
    await sandbox.close();
  }
}

async function textOf(
  sandbox: Sandbox,
  db: Queryable,
  { uri, containerUri, memberPath, contentSha256 }: SampleDocument,
  signal: AbortSignal,
): Promise<string | null> {
  const known = contentSha256 === null ? null : await loadText(db, contentSha256);
  const path = fileURLToPath(containerUri ?? uri);
  const version = known?.extraction.extractorVersion;
  try {
    const read = await sandbox.extract(
      {
        ...{ path, name: basename(path), memberPath: memberPath ?? [], timeoutMs: 60_000 },
        known: version === undefined ? null : { contentSha256: contentSha256!, extractorVersion: version },
      },
      signal,
    );
    return (read.extraction ?? known?.extraction)?.markdown ?? null;
  } catch (error) {
    if (error instanceof DocumentFailure) return null;
    throw error;
  }
}
