import type { Database } from '../db/database.ts';
import { grantShares, releaseShare } from '../db/workers.ts';
import type { ActiveBatch } from './active-batch.ts';

/** This worker's shares of its batches; one question at a time, so that an older answer never overrules a newer one. */
export interface Shares {
  /** `batches` is called when it is this question's turn. */
  renew(batches: () => Iterable<ActiveBatch>): Promise<void>;
  /** The worker has nothing of this batch any more; its share goes to the others. */
  release(batchId: string): Promise<void>;
}

export function createShares(db: Database, workerId: string): Shares {
  let last: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
  return {
    renew: (batches) =>
      inTurn(async () => {
        const byId = new Map([...batches()].map((batch) => [batch.batchId, batch]));
        if (byId.size === 0) return;
        // Until the answer is here the old share is in force, and slots are given out by it: all of it counts as used.
        const inForce = new Map(
          [...byId].map(([id, batch]) => [id, Math.max(batch.share, batch.inSlots.size)]),
        );
        for (const [id, share] of await grantShares(db, workerId, inForce)) {
          const batch = byId.get(id);
          if (batch !== undefined) batch.share = share;
        }
      }),
    release: (batchId) => inTurn(() => releaseShare(db, workerId, batchId)),
  };
}
