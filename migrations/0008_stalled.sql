-- When nothing moves although it should: since when, why, and how often; shown, and told once per occurrence.

ALTER TABLE processing_batches
  -- The last group commit: a try of a document was recorded.
  ADD COLUMN IF NOT EXISTS progressed_at TIMESTAMPTZ,
  ADD COLUMN IF NOT EXISTS stalled_reason TEXT,
  ADD COLUMN IF NOT EXISTS stalls INTEGER NOT NULL DEFAULT 0;

-- As in 0006, and: a batch that changes its status has moved.
CREATE OR REPLACE FUNCTION docbatch_account_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.status_changed_at := now();
  NEW.stalled := false;
  NEW.stalled_reason := NULL;
  IF OLD.active_since IS NOT NULL THEN
    NEW.active_ms := OLD.active_ms + GREATEST(0, (EXTRACT(EPOCH FROM now() - OLD.active_since) * 1000)::bigint);
    NEW.active_since := NULL;
  END IF;
  IF NEW.status = 'processing' THEN
    NEW.active_since := now();
    NEW.started_at := COALESCE(OLD.started_at, now());
  END IF;
  RETURN NEW;
END $$;
