-- What paid calls used and cost, and what a budget holds back for calls in flight. Money is integer nano-USD.

-- One row for each answer that was billed, useful or not, also when its document is someone else's by now.
CREATE TABLE paid_calls (
  -- Made by the caller when the answer came: a commit that is repeated counts once.
  id UUID PRIMARY KEY,
  batch_id UUID NOT NULL,
  document_id UUID NOT NULL,
  epoch INTEGER NOT NULL,
  mode TEXT NOT NULL,
  model TEXT NOT NULL,
  profile TEXT,
  request_id TEXT,
  input_tokens BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  cache_read_tokens BIGINT NOT NULL,
  cache_write_tokens BIGINT NOT NULL,
  cost_nano_usd BIGINT NOT NULL,
  occurred_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX paid_calls_item ON paid_calls (batch_id, document_id);
CREATE INDEX paid_calls_time ON paid_calls (occurred_at);

-- Equal to the sums over paid_calls; kept here so that screens and budgets need not add up. Input counts cached tokens.
ALTER TABLE processing_batches
  ADD COLUMN IF NOT EXISTS cost_nano_usd BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS input_tokens BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS output_tokens BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS cache_read_tokens BIGINT NOT NULL DEFAULT 0,
  -- Calls that were cut off by a kill and may have been billed; counted as spent until `cost reconcile`.
  ADD COLUMN IF NOT EXISTS interrupted_nano_usd BIGINT NOT NULL DEFAULT 0;

-- The worst case of what a document's calls in flight may still cost; only for batches with a budget.
CREATE TABLE budget_reservations (
  batch_id UUID NOT NULL,
  document_id UUID NOT NULL,
  epoch INTEGER NOT NULL,
  worker_id UUID NOT NULL,
  amount_nano_usd BIGINT NOT NULL,
  -- Asked for more than fits, and waits until others are settled.
  waiting BOOLEAN NOT NULL DEFAULT false,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (batch_id, document_id, epoch)
);

-- `reserved`: the calls may be made. `wait`: it may fit when others in flight are settled. `later`: when others are
-- retried, which need a slot for it. `exhausted`: it never will.
CREATE FUNCTION docbatch_reserve(
  the_batch UUID, the_document UUID, the_epoch INTEGER, the_worker UUID, amount BIGINT,
  OUT verdict TEXT, OUT spent BIGINT, OUT reserved BIGINT, OUT budget BIGINT
) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('docbatch-budget:' || the_batch, 0));
  -- In one statement: a commit moves money from reserved to spent, and must be seen whole or not at all.
  SELECT b.cost_nano_usd + b.interrupted_nano_usd, (b.settings ->> 'budgetNanoUsd')::bigint,
         (SELECT COALESCE(SUM(r.amount_nano_usd), 0) FROM budget_reservations r
          WHERE r.batch_id = the_batch AND NOT (r.document_id = the_document AND r.epoch = the_epoch))
    INTO spent, budget, reserved
    FROM processing_batches b WHERE b.id = the_batch;
  IF budget IS NULL OR spent + reserved + amount <= budget THEN
    INSERT INTO budget_reservations (batch_id, document_id, epoch, worker_id, amount_nano_usd)
      VALUES (the_batch, the_document, the_epoch, the_worker, amount)
      ON CONFLICT (batch_id, document_id, epoch)
      DO UPDATE SET worker_id = EXCLUDED.worker_id, amount_nano_usd = EXCLUDED.amount_nano_usd, waiting = false;
    verdict := 'reserved';
    RETURN;
  END IF;
  UPDATE budget_reservations r SET waiting = true
    WHERE r.batch_id = the_batch AND r.document_id = the_document AND r.epoch = the_epoch;
  -- What a dead worker had reserved will not be settled by itself; what is held for a lost call is, by its retry.
  verdict := CASE
    WHEN EXISTS (
      SELECT FROM budget_reservations r
        JOIN workers w ON w.id = r.worker_id
        JOIN batch_items i ON i.batch_id = r.batch_id AND i.document_id = r.document_id AND i.epoch = r.epoch
      WHERE r.batch_id = the_batch AND r.document_id <> the_document AND NOT r.waiting
        AND w.heartbeat_at > clock_timestamp() - interval '10 seconds'
        AND i.state IN ('processing', 'retrying') AND i.started_at IS NOT NULL
    ) THEN 'wait'
    WHEN EXISTS (
      SELECT FROM budget_reservations r
        JOIN batch_items i ON i.batch_id = r.batch_id AND i.document_id = r.document_id AND i.epoch = r.epoch
      WHERE r.batch_id = the_batch AND r.document_id <> the_document
        AND i.state = 'retrying' AND i.started_at IS NULL
    ) THEN 'later'
    ELSE 'exhausted' END;
END $$;
