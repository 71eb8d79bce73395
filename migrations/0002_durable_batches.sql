-- What makes a batch durable: its recipe, its settings, what the row orders (`control`), and its own account.

CREATE TABLE recipes (
  id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  recipe JSONB NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

ALTER TABLE processing_batches
  ADD COLUMN IF NOT EXISTS created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  -- NULL for rows that docbatch did not make; it never touches those.
  ADD COLUMN IF NOT EXISTS recipe_id INTEGER REFERENCES recipes (id),
  ADD COLUMN IF NOT EXISTS settings JSONB,
  ADD COLUMN IF NOT EXISTS origin TEXT NOT NULL DEFAULT 'cli',
  -- A detached or scheduled batch goes on when a stack starts again; others wait for `resume`.
  ADD COLUMN IF NOT EXISTS detached BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN IF NOT EXISTS workflow_id TEXT,
  -- Raised whenever items are reopened; a workflow run of an older generation changes nothing.
  ADD COLUMN IF NOT EXISTS generation INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS status_reason TEXT,
  ADD COLUMN IF NOT EXISTS status_detail TEXT,
  ADD COLUMN IF NOT EXISTS status_changed_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  ADD COLUMN IF NOT EXISTS control TEXT NOT NULL DEFAULT 'run',
  -- With pause or halt: abort documents in flight and put them back instead of letting them finish.
  ADD COLUMN IF NOT EXISTS control_now BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN IF NOT EXISTS control_seq INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS control_ack INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS plan_position BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS planned_at TIMESTAMPTZ,
  ADD COLUMN IF NOT EXISTS last_chunk_no INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS skipped_items INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS cancelled_items INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS active_ms BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS active_since TIMESTAMPTZ,
  ADD COLUMN IF NOT EXISTS calls BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS calls_ok BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS retry_calls BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS retry_calls_ok BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS peak_rss_bytes BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS stalled BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN IF NOT EXISTS schedule_name TEXT,
  ADD COLUMN IF NOT EXISTS scheduled_at TIMESTAMPTZ;

CREATE INDEX IF NOT EXISTS processing_batches_open ON processing_batches (created_at)
  WHERE status IN ('pending', 'processing', 'paused', 'halted', 'finalizing');

-- Documents chosen for a batch and not yet planned into chunks; emptied by planning.
CREATE TABLE batch_candidates (
  batch_id UUID NOT NULL,
  document_id UUID NOT NULL,
  position BIGINT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (batch_id, position)
);

-- Who ordered what, when and why; never deleted with the batch still there.
CREATE TABLE batch_events (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  batch_id UUID NOT NULL,
  -- created | paused | resumed | cancelled | halted | retried | settings | skipped | terminated | finished | …
  event TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT,
  detail JSONB,
  occurred_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX batch_events_batch ON batch_events (batch_id, id);
