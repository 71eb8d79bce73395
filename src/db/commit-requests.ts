/** Part of the group commit: answers that the next try need not pay for again. */
export const KEPT = `kept AS (
  -- Calls of this try that were answered before another one failed.
  INSERT INTO provider_requests AS r (batch_id, document_id, request_key, size_bytes, worst_nano_usd, answer)
  SELECT $1, n.document_id, k.key, 0, 0, k.answer
  FROM changed c JOIN input n ON n.document_id = c.document_id
    CROSS JOIN LATERAL jsonb_to_recordset(n.kept) AS k(key text, answer jsonb)
  WHERE n.kept IS NOT NULL
  ON CONFLICT (batch_id, document_id, request_key) DO UPDATE SET answer = EXCLUDED.answer, body = NULL
)`;

/**
 * Part of the group commit: what documents leave to provider batches or have been answered so far, and what of it is done with. A failure asks again
 * what did not succeed, with the next provider batch; the rest of the answers stays.
 */
export const REQUESTS = `asked AS (
  INSERT INTO provider_requests (batch_id, document_id, request_key, body, size_bytes, worst_nano_usd)
  SELECT $1, n.document_id, q.key, q.body, octet_length(q.body), q."worstNanoUsd"
  FROM changed c JOIN input n ON n.document_id = c.document_id
    CROSS JOIN LATERAL jsonb_to_recordset(n.requests) AS q(key text, body text, "worstNanoUsd" bigint)
  WHERE c.state = 'parked' AND n.requests IS NOT NULL
  ON CONFLICT DO NOTHING
), asked_again AS (
  UPDATE provider_requests r SET answer = NULL, provider_batch_id = NULL, custom_id = gen_random_uuid(), created_at = clock_timestamp()
  FROM changed c JOIN input n ON n.document_id = c.document_id
  WHERE r.batch_id = $1 AND r.document_id = c.document_id AND c.state = 'parked' AND n.failure_code IS NOT NULL
    AND r.answer->>'type' <> 'succeeded'
), ${KEPT}, answered AS (
  -- What is still at the provider stays: its bill will come.
  DELETE FROM provider_requests r USING changed c
  WHERE r.batch_id = $1 AND r.document_id = c.document_id AND (r.answer IS NOT NULL OR r.provider_batch_id IS NULL)
    AND (c.state IN ('completed', 'failed', 'review') OR (c.state <> 'parked' AND r.answer->>'type' <> 'succeeded'))
)`;
