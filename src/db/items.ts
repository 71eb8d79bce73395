import type { Database } from './database.ts';
import { streamRows } from './stream-rows.ts';

export interface ItemRow {
  documentId: string;
  uri: string;
  name: string;
  /** The uri of the document that it lies in; null for a file. */
  parent: string | null;
  state: string;
  class: string | null;
  code: string | null;
  stage: string | null;
  message: string | null;
  attempts: number;
  durationMs: number | null;
  analyzer: string | null;
  cached: boolean;
  /** Of all calls for this document in this batch that were billed. */
  costNanoUsd: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  result: unknown;
}

export interface ItemsWanted {
  withResults: boolean;
  /** @default false */
  onlyFailed?: boolean;
}

/** Every item of a batch once, in the order of its uris: a mail before its attachments, an archive before its members. */
export function readItems(db: Database, batchId: string, wanted: ItemsWanted): AsyncIterable<ItemRow> {
  const which = wanted.onlyFailed === true ? `AND i.state = 'failed'` : '';
  return streamRows<ItemRow>(
    db,
    `SELECT ${columns(wanted)}
     FROM batch_items i JOIN file_document d ON d.id = i.document_id
     LEFT JOIN document_results r ON r.batch_id = i.batch_id AND r.document_id = i.document_id
     LEFT JOIN (${PAID} WHERE batch_id = $1 GROUP BY 1, 2) p ON p.document_id = i.document_id
     WHERE i.batch_id = $1 ${which} ORDER BY d.uri, d.id`,
    [batchId],
  );
}

/** Every registered document once, with its newest item; a document that was in no batch is `pending` or `skipped`. */
export function readAllDocuments(db: Database): AsyncIterable<ItemRow> {
  return streamRows<ItemRow>(
    db,
    `SELECT ${columns({ withResults: true })}
     FROM file_document d
     LEFT JOIN LATERAL (SELECT i.* FROM batch_items i JOIN processing_batches b ON b.id = i.batch_id
                        WHERE i.document_id = d.id ORDER BY b.created_at DESC LIMIT 1) i ON true
     LEFT JOIN document_results r ON r.batch_id = i.batch_id AND r.document_id = d.id
     LEFT JOIN (${PAID} GROUP BY 1, 2) p ON p.batch_id = i.batch_id AND p.document_id = d.id
     WHERE d.uri IS NOT NULL ORDER BY d.uri, d.id`,
  );
}

function columns({ withResults }: ItemsWanted): string {
  return `d.id AS "documentId", COALESCE(d.uri, '') AS uri, COALESCE(d.name, '') AS name,
    (SELECT p.uri FROM file_document p WHERE p.id = d.parent_id) AS parent,
    COALESCE(i.state, CASE WHEN d.status = 'skipped' THEN 'skipped' ELSE 'pending' END) AS state,
    i.failure_class AS class, i.failure_code AS code, i.failure_stage AS stage, i.failure_message AS message,
    COALESCE(i.attempts, 0) AS attempts, i.duration_ms AS "durationMs", COALESCE(i.cached, false) AS cached,
    COALESCE(p.cost, 0) AS "costNanoUsd", COALESCE(p.input, 0) AS "inputTokens", COALESCE(p.output, 0) AS "outputTokens",
    COALESCE(p.cache_read, 0) AS "cacheReadTokens", r.analyzer, ${withResults ? 'r.result' : 'NULL::jsonb AS result'}`;
}

const PAID = `SELECT batch_id, document_id, SUM(cost_nano_usd)::bigint AS cost,
    SUM(input_tokens + cache_read_tokens + cache_write_tokens)::bigint AS input, SUM(output_tokens)::bigint AS output,
    SUM(cache_read_tokens)::bigint AS cache_read FROM paid_calls`;

/** The top-level names of all answers, those that most documents have first. */
export async function answerFields(db: Database, batchId: string | null): Promise<string[]> {
  const { rows } = await db.query<{ field: string }>(
    `SELECT field FROM document_results r
     CROSS JOIN LATERAL jsonb_object_keys(CASE WHEN jsonb_typeof(r.result) = 'object' THEN r.result ELSE '{}'::jsonb END) AS field
     WHERE $1::uuid IS NULL OR r.batch_id = $1::uuid GROUP BY field ORDER BY COUNT(*) DESC, field`,
    [batchId],
  );
  return rows.map(({ field }) => field);
}
