import { expect } from 'chai';
import type { Queryable } from '../../src/db/database.ts';

/** Fails unless the counters of the batch equal a count over its items. */
export async function expectCountersEqualItems(db: Queryable, batchId: string): Promise<void> {
  const { rows } = await db.query<Record<'counters' | 'items', object>>(
    `SELECT jsonb_build_object('total', b.total_items, 'completed', b.processed_items, 'failed', b.failed_items,
              'skipped', b.skipped_items, 'cancelled', b.cancelled_items) AS counters,
            (SELECT jsonb_build_object('total', COUNT(*), 'completed', COUNT(*) FILTER (WHERE state = 'completed'),
               'failed', COUNT(*) FILTER (WHERE state = 'failed'), 'skipped', COUNT(*) FILTER (WHERE state = 'skipped'),
               'cancelled', COUNT(*) FILTER (WHERE state = 'cancelled')) FROM batch_items WHERE batch_id = b.id) AS items
     FROM processing_batches b WHERE b.id = $1`,
    [batchId],
  );
  expect(rows[0]?.counters).to.deep.equal(rows[0]?.items);
}
