-- Calls that a kill cut off where no budget had money held for them.

ALTER TABLE processing_batches
  -- The most that one try of a document of this batch may have cost by now; only of tries that no budget was asked for.
  ADD COLUMN IF NOT EXISTS worst_try_nano_usd BIGINT NOT NULL DEFAULT 0,
  -- How many calls `interrupted_nano_usd` is for.
  ADD COLUMN IF NOT EXISTS interrupted_calls INTEGER NOT NULL DEFAULT 0;
