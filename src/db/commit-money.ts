/** Part of the group commit: what was billed. */
export const PAID = `paid AS (
  -- Billed is billed: also for a document that another worker has taken over. The id makes a repetition harmless.
  INSERT INTO paid_calls (id, batch_id, document_id, epoch, mode, model, profile, request_id, input_tokens, output_tokens,
                          cache_read_tokens, cache_write_tokens, cost_nano_usd)
  SELECT p.id, $1, n.document_id, n.epoch, p.mode, p.model, r.recipe->>'profile', p."requestId", p."inputTokens", p."outputTokens",
         p."cacheReadTokens", p."cacheWriteTokens", p."costNanoUsd"
  FROM input n CROSS JOIN LATERAL jsonb_to_recordset(n.paid) AS p(id uuid, mode text, model text, "requestId" text, "inputTokens" bigint,
         "outputTokens" bigint, "cacheReadTokens" bigint, "cacheWriteTokens" bigint, "costNanoUsd" bigint)
    JOIN processing_batches b ON b.id = $1 JOIN recipes r ON r.id = b.recipe_id
  WHERE n.paid IS NOT NULL
  ON CONFLICT DO NOTHING RETURNING cost_nano_usd, input_tokens + cache_read_tokens + cache_write_tokens AS input, output_tokens, cache_read_tokens
), bill AS (
  SELECT COALESCE(SUM(cost_nano_usd), 0)::bigint AS cost, COALESCE(SUM(input), 0)::bigint AS input,
         COALESCE(SUM(output_tokens), 0)::bigint AS output, COALESCE(SUM(cache_read_tokens), 0)::bigint AS cache_read FROM paid
)`;

/** Part of the group commit: what was billed, what of the money held for it is let go, and what calls that were lost count. */
export const MONEY = `${PAID}, settled AS (
  DELETE FROM budget_reservations v USING input n
  WHERE v.batch_id = $1 AND v.document_id = n.document_id AND v.epoch = n.epoch AND n.lost IS NULL
), held AS (
  -- Without a budget there is no row yet, and no worker that will settle it.
  INSERT INTO budget_reservations AS v (batch_id, document_id, epoch, worker_id, amount_nano_usd)
  SELECT $1, n.document_id, n.epoch, n.document_id, n.lost FROM input n
  WHERE n.lost > 0 AND NOT EXISTS (SELECT FROM changed c WHERE c.document_id = n.document_id AND c.state IN ('completed', 'failed', 'review'))
    -- A repeated commit changes nothing, and its document is done all the same.
    AND NOT EXISTS (SELECT FROM batch_items i WHERE i.batch_id = $1 AND i.document_id = n.document_id AND i.epoch = n.epoch
                    AND i.state IN ('completed', 'failed', 'review'))
  ON CONFLICT (batch_id, document_id, epoch) DO UPDATE SET amount_nano_usd = EXCLUDED.amount_nano_usd, waiting = false
), interrupted AS (
  -- Calls that a kill or the network cut off: perhaps billed, and then about as much as the one that was answered at last.
  DELETE FROM budget_reservations v USING input n, changed c
  WHERE v.batch_id = $1 AND v.document_id = n.document_id AND (v.epoch < n.epoch OR (v.epoch = n.epoch AND n.lost > 0))
    AND c.document_id = n.document_id AND c.state IN ('completed', 'failed', 'review')
  -- It was asked again since, in this try or one before: no more than all that was paid since then.
  RETURNING CASE WHEN v.epoch = n.epoch THEN n.lost ELSE LEAST(v.amount_nano_usd, NULLIF(COALESCE(n.cost, 0) + (
    SELECT COALESCE(SUM(p.cost_nano_usd), 0) FROM paid_calls p
    WHERE p.batch_id = $1 AND p.document_id = n.document_id AND p.epoch > v.epoch), 0)) END::bigint AS amount
), unheld AS (
  SELECT n.lost AS amount FROM input n JOIN changed c ON c.document_id = n.document_id
  WHERE n.lost > 0 AND c.state IN ('completed', 'failed', 'review') AND NOT EXISTS (
    SELECT FROM budget_reservations v WHERE v.batch_id = $1 AND v.document_id = n.document_id AND v.epoch = n.epoch)
), cut_off AS (
  SELECT COALESCE(SUM(amount), 0)::bigint AS amount, COUNT(*)::int AS calls FROM (TABLE interrupted UNION ALL TABLE unheld) k
)`;
