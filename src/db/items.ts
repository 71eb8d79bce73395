import type { Queryable } from './database.ts';

export interface ItemRow {
  documentId: string;
  uri: string;
  name: string;
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

const PAGE = 500;

/** Every item of a batch once, in the order of its uris; read in pages, so that memory stays flat. */
export async function* readItems(
  db: Queryable,
  batchId: string,
  withResults: boolean,
): AsyncIterable<ItemRow> {
  let after: { uri: string; id: string } = { uri: '', id: '00000000-0000-0000-0000-000000000000' };
  for (;;) {
    const { rows } = await db.query<ItemRow>(
      `SELECT i.document_id AS "documentId", COALESCE(d.uri, '') AS uri, COALESCE(d.name, '') AS name, i.state, i.failure_class AS class,
              i.failure_code AS code, i.failure_stage AS stage, i.failure_message AS message, i.attempts, i.duration_ms AS "durationMs",
              i.cached, p.cost AS "costNanoUsd", p.input AS "inputTokens", p.output AS "outputTokens", p.cache_read AS "cacheReadTokens", r.analyzer, ${withResults ? 'r.result' : 'NULL'} AS result
       FROM batch_items i JOIN file_document d ON d.id = i.document_id
       LEFT JOIN document_results r ON r.batch_id = i.batch_id AND r.document_id = i.document_id
       CROSS JOIN LATERAL (
         SELECT COALESCE(SUM(cost_nano_usd), 0)::bigint AS cost, COALESCE(SUM(input_tokens + cache_read_tokens + cache_write_tokens), 0)::bigint AS input,
                COALESCE(SUM(output_tokens), 0)::bigint AS output, COALESCE(SUM(cache_read_tokens), 0)::bigint AS cache_read
         FROM paid_calls p WHERE p.batch_id = i.batch_id AND p.document_id = i.document_id) p
       WHERE i.batch_id = $1 AND (COALESCE(d.uri, ''), i.document_id) > ($2, $3::uuid)
       ORDER BY COALESCE(d.uri, ''), i.document_id LIMIT ${PAGE}`,
      [batchId, after.uri, after.id],
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = { uri: last.uri, id: last.documentId };
  }
}
