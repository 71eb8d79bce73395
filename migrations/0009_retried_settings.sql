-- Settings that `retry` gave to the items that it reopened; they go before those of the batch.
ALTER TABLE batch_items ADD COLUMN settings JSONB;

-- When a worker last compared the row with its workflow. A claim, not a lock: a frozen worker holds nobody up.
ALTER TABLE processing_batches ADD COLUMN IF NOT EXISTS reconciled_at TIMESTAMPTZ;
