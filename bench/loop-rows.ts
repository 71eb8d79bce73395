/**
 * What docbatch leaves of one document, in one statement: $1 batch, $2 document, $3 state of the item, $4 status of the
 * document, $5 the last answer, $6 attempts, $7 SHA-256 of the content, $8 its text. A row for each fault, as docbatch has.
 */
export const WRITE_ROWS = `
WITH item AS (
  UPDATE batch_items SET state = $3, attempts = $6, content_sha256 = $7, finished_at = clock_timestamp()
  WHERE batch_id = $1 AND document_id = $2
), document AS (
  UPDATE file_document SET status = $4, content_sha256 = $7, mime_type = 'text/plain', size_bytes = octet_length($8)
  WHERE id = $2
), text AS (
  INSERT INTO document_texts (content_sha256, extractor_version, extraction, markdown) VALUES ($7, 'loop', '{}', $8)
  ON CONFLICT DO NOTHING
), errors AS (
  INSERT INTO processing_errors (batch_id, document_id, error_category, error_type, stage, attempt, message)
  SELECT $1, $2, 'transient', 'overloaded', 'analyze', attempt, 'Overloaded'
  FROM generate_series(1, CASE $3 WHEN 'completed' THEN $6::int - 1 ELSE $6 END) AS attempt
), batch AS (
  UPDATE processing_batches SET processed_items = processed_items + CASE $3 WHEN 'completed' THEN 1 ELSE 0 END,
    failed_items = failed_items + CASE $3 WHEN 'failed' THEN 1 ELSE 0 END
  WHERE id = $1
)
INSERT INTO document_results (batch_id, document_id, analyzer, recipe_id, content_sha256, result)
SELECT $1, $2, 'loop', 1, $7, $5::jsonb WHERE $3 = 'completed'`;
