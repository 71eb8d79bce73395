import type { PaidCall } from '../domain/money.ts';
import type { KeptAnswer } from '../domain/provider-batch.ts';
import { PAID } from './commit-money.ts';
import { KEPT } from './commit-requests.ts';
import type { Queryable } from './database.ts';
import { storableJson } from './storable.ts';

export interface AnsweredCalls {
  batchId: string;
  documentId: string;
  epoch: number;
  paid: readonly (PaidCall & { id: string })[];
  kept: readonly KeptAnswer[];
}

/**
 * What one try of a document has paid for and been answered so far, stored before it asks on: a kill then costs no call
 * but the one in flight. The bill counts once, however often this is repeated, and the money held for it is let go. False when
 * the document is another's by now, or done: its answers are dropped.
 */
export async function keepAnswers(db: Queryable, { batchId, ...answered }: AnsweredCalls): Promise<boolean> {
  const { documentId, epoch, paid, kept } = answered;
  const input = { document_id: documentId, epoch, paid, kept };
  const { rows } = await db.query<{ isOurs: boolean }>(KEEP, [batchId, storableJson(input)]);
  return rows[0]?.isOurs === true;
}

const KEEP = `
WITH input AS MATERIALIZED (
  SELECT * FROM jsonb_to_record($2::jsonb) AS r(document_id uuid, epoch int, paid jsonb, kept jsonb)
), changed AS MATERIALIZED (
  SELECT i.document_id FROM batch_items i JOIN input n ON n.document_id = i.document_id
  WHERE i.batch_id = $1 AND i.epoch = n.epoch AND i.state IN ('pending', 'processing', 'retrying')
  FOR UPDATE OF i
), ${KEPT}, ${PAID}, settled AS (
  UPDATE budget_reservations v SET amount_nano_usd = GREATEST(0, v.amount_nano_usd - bill.cost) FROM input n, bill
  WHERE v.batch_id = $1 AND v.document_id = n.document_id AND v.epoch = n.epoch AND bill.cost > 0
)
UPDATE processing_batches b SET
  cost_nano_usd = b.cost_nano_usd + bill.cost,
  input_tokens = b.input_tokens + bill.input,
  output_tokens = b.output_tokens + bill.output,
  cache_read_tokens = b.cache_read_tokens + bill.cache_read
FROM bill
WHERE b.id = $1
RETURNING EXISTS (SELECT FROM changed) AS "isOurs"`;
