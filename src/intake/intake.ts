import type { Database } from '../db/database.ts';
import { listCandidates } from '../db/candidates.ts';
import { registerDocuments } from '../db/documents.ts';
import type { DiscoveredDocument } from '../domain/source.ts';
import { discover } from '../sources/discover.ts';
import type { Source } from '../sources/resolve-sources.ts';

export interface TakenIn {
  found: number;
  added: number;
  changed: number;
  unchanged: number;
  unreadable: number;
}

export interface IntakeOptions {
  /** Also makes what is found the batch's candidates. */
  batchId: string | null;
  signal: AbortSignal;
  onProgress(so: TakenIn): void;
}

/** Discovery and registration in groups: a hundred thousand files never become one array. */
export async function takeIn(
  db: Database,
  sources: readonly Source[],
  options: IntakeOptions,
): Promise<TakenIn> {
  const so: TakenIn = { found: 0, added: 0, changed: 0, unchanged: 0, unreadable: 0 };
  const register = async (group: readonly DiscoveredDocument[]): Promise<void> => {
    const registered = await registerDocuments(db, group);
    if (options.batchId !== null) await listCandidates(db, options.batchId, registered.ids, so.found);
    so.found += group.length;
    so.added += registered.added;
    so.changed += registered.changed;
    so.unchanged += registered.unchanged;
    so.unreadable += group.filter(({ problem }) => problem !== undefined).length;
    options.onProgress(so);
  };
  for await (const group of discoverInGroups(sources, options.signal)) await register(group);
  return so;
}

/** At most a thousand documents at a time. */
export async function* discoverInGroups(
  sources: readonly Source[],
  signal: AbortSignal,
  onRead: (bytes: number) => void = () => undefined,
): AsyncIterable<DiscoveredDocument[]> {
  let group: DiscoveredDocument[] = [];
  for (const source of sources) {
    for await (const document of discover(source, signal, undefined, onRead)) {
      group.push(document);
      if (group.length < GROUP) continue;
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

const GROUP = 1_000;
