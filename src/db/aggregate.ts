import type { AggregateSpec, Coverage, Gap, Group } from '../domain/aggregate.ts';
import { jsonPath } from '../domain/aggregate.ts';
import type { Database, Queryable } from './database.ts';
import { streamRows } from './stream-rows.ts';

/** Answers that count: what waits for a person does not, nor what failed. */
const ANSWERS =
  'batch_items i JOIN document_results r ON r.batch_id = i.batch_id AND r.document_id = i.document_id';
/** An archive is answered by us, with its name and how many files it has; those count themselves. */
const IS_ARCHIVE = `COALESCE(jsonb_typeof(r.result->'files') = 'number' AND r.result->>'container' ~ '^(application|message)/', false)`;
const COUNTED = `i.batch_id = $1 AND i.state = 'completed' AND NOT ${IS_ARCHIVE}`;

/** Null: the batch has no such section. */
export async function readAggregateSpec(db: Queryable, batchId: string): Promise<AggregateSpec | null> {
  const { rows } = await db.query<{ aggregate: AggregateSpec | null }>(
    'SELECT aggregate FROM processing_batches WHERE id = $1',
    [batchId],
  );
  return rows[0]?.aggregate ?? null;
}

/** From now on the batch is aggregated so; a summary that was asked otherwise is made again. */
export async function setAggregateSpec(db: Queryable, batchId: string, spec: AggregateSpec): Promise<void> {
  await db.query('UPDATE processing_batches SET aggregate = $2 WHERE id = $1', [
    batchId,
    JSON.stringify(spec),
  ]);
}

export async function readCoverage(db: Queryable, batchId: string): Promise<Coverage> {
  const { rows } = await db.query<Coverage>(
    `SELECT COUNT(*) FILTER (WHERE i.state = 'completed' AND r.document_id IS NOT NULL AND NOT ${IS_ARCHIVE})::int AS documents,
       COUNT(*) FILTER (WHERE i.state = 'completed' AND ${IS_ARCHIVE})::int AS archives, COUNT(*)::int AS of,
       COUNT(*) FILTER (WHERE i.state = 'failed')::int AS failed, COUNT(*) FILTER (WHERE i.state = 'review')::int AS review,
       COUNT(*) FILTER (WHERE i.state = 'skipped')::int AS skipped, COUNT(*) FILTER (WHERE i.state = 'cancelled')::int AS cancelled,
       COUNT(*) FILTER (WHERE i.state IN ('pending', 'processing', 'retrying'))::int AS open,
       COUNT(*) FILTER (WHERE i.state = 'completed' AND r.document_id IS NULL)::int AS "withoutAnswer"
     FROM batch_items i LEFT JOIN document_results r ON r.batch_id = i.batch_id AND r.document_id = i.document_id
     WHERE i.batch_id = $1`,
    [batchId],
  );
  return rows[0]!;
}

/** Every group once, the largest first; without `groupBy` the one group of all. */
export function readGroups(db: Database, batchId: string, spec: AggregateSpec): AsyncIterable<Group> {
  return streamRows<Group>(db, GROUPS, parametersOf(batchId, spec));
}

/** The one group of all. */
export async function readTotal(db: Queryable, batchId: string, spec: AggregateSpec): Promise<Group> {
  const { rows } = await db.query<Group>(GROUPS, parametersOf(batchId, { ...spec, groupBy: [] }));
  return rows[0] ?? { key: [], documents: 0, sums: [] };
}

/** What stands in no group, or in no sum. */
export async function readGaps(db: Queryable, batchId: string, spec: AggregateSpec): Promise<Gap[]> {
  const { rows } = await db.query<Gap>(
    `WITH fields AS (
       SELECT field, path, false AS summed, n FROM unnest($2::text[], $3::text[]::jsonpath[]) WITH ORDINALITY AS g(field, path, n)
       UNION ALL SELECT field, path, true, 100 + n FROM unnest($4::text[], $5::text[]::jsonpath[]) WITH ORDINALITY AS s(field, path, n)
     ), gaps AS (
       SELECT f.field, f.n, i.document_id, CASE WHEN bool_or(v.value IS NULL) THEN 'missing' ELSE 'unreadable' END AS kind
       FROM ${ANSWERS} CROSS JOIN fields f
       LEFT JOIN LATERAL jsonb_path_query(r.result, f.path) AS v(value) ON v.value <> 'null'::jsonb AND btrim(v.value #>> '{}') <> ''
       WHERE ${COUNTED} AND (v.value IS NULL OR (f.summed AND CASE WHEN jsonb_typeof(v.value) = 'number' THEN false ELSE (docbatch_amount(v.value, NULL)).amount IS NULL END))
       GROUP BY 1, 2, 3
     ), named AS (
       SELECT g.*, COALESCE(d.name, d.uri, '') AS name, row_number() OVER (PARTITION BY g.n, g.kind ORDER BY d.uri, d.id) AS place
       FROM gaps g JOIN file_document d ON d.id = g.document_id
     )
     SELECT field, kind, COUNT(*)::int AS documents, array_agg(name ORDER BY place) FILTER (WHERE place <= 10) AS examples
     FROM named GROUP BY n, field, kind ORDER BY n, kind`,
    [batchId, spec.groupBy, spec.groupBy.map(jsonPath), spec.sum, spec.sum.map(jsonPath)],
  );
  return rows;
}

/** How long all answers are together, without what docbatch adds to them. */
export async function measureAnswers(
  db: Queryable,
  batchId: string,
  without: readonly string[],
): Promise<{ answers: number; chars: number }> {
  const { rows } = await db.query<{ answers: number; chars: number }>(
    `SELECT COUNT(*)::int AS answers, COALESCE(SUM(length(${answerText('$2')})), 0)::bigint AS chars FROM ${ANSWERS} WHERE ${COUNTED}`,
    [batchId, without],
  );
  return rows[0]!;
}

/** Every so-manieth answer as JSON text; in an order that follows from the contents, so that equal ones are asked about equally. */
export async function* readAnswers(
  db: Database,
  batchId: string,
  { every, from, without }: { every: number; from: number; without: readonly string[] },
): AsyncIterable<string> {
  const rows = streamRows<{ answer: string }>(
    db,
    `SELECT answer FROM (
       SELECT ${answerText('$2')} AS answer, row_number() OVER (ORDER BY r.content_sha256, r.document_id) - 1 AS place FROM ${ANSWERS} WHERE ${COUNTED}
     ) a WHERE place % $3::int = 0 AND place >= $4::bigint * $3::int ORDER BY place`,
    [batchId, without, every, from],
  );
  for await (const { answer } of rows) yield answer;
}

function answerText(without: string): string {
  return `CASE WHEN jsonb_typeof(r.result) = 'object' THEN (r.result - ${without}::text[])::text ELSE COALESCE(r.result, 'null')::text END`;
}

function parametersOf(batchId: string, { groupBy, sum, currency }: AggregateSpec): unknown[] {
  return [
    ...[batchId, groupBy.map(jsonPath), sum, sum.map(jsonPath)],
    currency === null ? null : jsonPath(currency),
  ];
}

const GROUPS = `
WITH facts AS MATERIALIZED (
  SELECT k.key, i.document_id, s.n, s.field, a.amount, a.currency
  FROM ${ANSWERS}
  CROSS JOIN LATERAL (
    SELECT COALESCE(array_agg(NULLIF(btrim(regexp_replace(jsonb_path_query_first(r.result, g.path) #>> '{}', '\\s+', ' ', 'g')), '') ORDER BY g.n), '{}') AS key
    FROM unnest($2::text[]::jsonpath[]) WITH ORDINALITY AS g(path, n)) k
  LEFT JOIN unnest($3::text[], $4::text[]::jsonpath[]) WITH ORDINALITY AS s(field, path, n) ON true
  LEFT JOIN LATERAL jsonb_path_query(r.result, s.path) AS v(value) ON true
  LEFT JOIN LATERAL docbatch_amount(v.value, jsonb_path_query_first(r.result, $5::jsonpath)) a ON true
  WHERE ${COUNTED}
), sums AS (
  SELECT key, n, field, currency, trim_scale(SUM(amount))::text AS sum, COUNT(DISTINCT document_id)::int AS documents
  FROM facts WHERE amount IS NOT NULL GROUP BY key, n, field, currency
), listed AS (
  SELECT key, jsonb_agg(jsonb_build_object('field', field, 'currency', currency, 'sum', sum, 'documents', documents)
                        ORDER BY n, currency NULLS LAST) AS sums
  FROM sums GROUP BY key
)
SELECT g.key, g.documents, COALESCE(l.sums, '[]') AS sums
FROM (SELECT key, COUNT(DISTINCT document_id)::int AS documents FROM facts GROUP BY key) g LEFT JOIN listed l ON l.key = g.key
ORDER BY g.documents DESC, g.key`;
