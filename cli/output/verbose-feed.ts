import type { Database } from '../../src/db/database.ts';
import { endedItems } from '../../src/db/ended-items.ts';
import { formatDuration } from '../../src/domain/progress.ts';
import type { CliContext } from '../context.ts';
import { onOneLine } from './printable.ts';

/** Transactions that overlap show their rows late: each look goes back this far, and repeats are left out. */
const OVERLAP_MS = 30_000;

/** Each call prints the documents that ended since the last one. */
export function createVerboseFeed(context: CliContext, db: Database, batchId: string): () => Promise<void> {
  const shown = new Map<string, number>();
  let newestMs: number | null = null;
  return async () => {
    const sinceMs: number | null = newestMs === null ? null : newestMs - OVERLAP_MS;
    const items = await endedItems(db, batchId, sinceMs === null ? null : new Date(sinceMs));
    for (const { documentId, name, state, code, durationMs, attempts, finishedAt } of items) {
      const atMs = finishedAt.getTime();
      newestMs = Math.max(newestMs ?? atMs, atMs);
      if (shown.get(documentId) === atMs) continue;
      shown.set(documentId, atMs);
      const took = durationMs === null ? '' : `, ${formatDuration(durationMs)}`;
      const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
      context.err(`${state} ${onOneLine(name)}${code === null ? '' : ` (${code})`}${took}, ${tries}`);
    }
    for (const [id, atMs] of shown) if (newestMs !== null && atMs < newestMs - OVERLAP_MS) shown.delete(id);
  };
}
