-- A scheduled batch finds its documents on the worker: what is still to be found stands in its row until it is found,
-- so that a run that halted before (the folder was gone) looks again when it is resumed.

ALTER TABLE processing_batches ADD COLUMN IF NOT EXISTS discovery JSONB;

CREATE INDEX IF NOT EXISTS processing_batches_schedule ON processing_batches (schedule_name, scheduled_at)
  WHERE schedule_name IS NOT NULL;
