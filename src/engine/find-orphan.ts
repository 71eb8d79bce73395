import type { Database } from '../db/database.ts';
import type { Group } from '../db/provider-batches.ts';
import { unknownBatches } from '../db/provider-batches.ts';
import type { ProviderBatches, ProviderBatchSeen } from '../domain/provider-batch.ts';

/** The provider's clock and ours may differ by this much. */
const SKEW_MS = 120_000;

/**
 * A batch that looks as if a create call of ours had made it: of its size, not older than the call, and nobody's that we
 * know. The API keeps no name for a batch; its results prove, by their ids, whose it is.
 */
export async function findOrphan(
  db: Database,
  { sentAt, requests, rejected }: Group,
  batches: ProviderBatches,
  signal: AbortSignal,
): Promise<ProviderBatchSeen | null> {
  if (sentAt === null) return null;
  const alike: ProviderBatchSeen[] = [];
  for await (const batch of batches.list(new Date(sentAt.getTime() - SKEW_MS), signal)) {
    if (batch.requests === requests && !rejected.includes(batch.id)) alike.push(batch);
  }
  const unknown = await unknownBatches(
    db,
    alike.map(({ id }) => id),
  );
  return alike.findLast(({ id }) => unknown.has(id)) ?? null;
}
