-- Live workers, each with its share of every batch, and the gates that all of them obey.

CREATE TABLE workers (
  id UUID PRIMARY KEY,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  slots INTEGER NOT NULL,
  version TEXT NOT NULL,
  rss_bytes BIGINT NOT NULL DEFAULT 0,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  heartbeat_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- `granted` is what a worker may have in slots of this batch; the sum over live workers never exceeds `parallel`.
CREATE TABLE batch_shares (
  batch_id UUID NOT NULL,
  worker_id UUID NOT NULL REFERENCES workers (id) ON DELETE CASCADE,
  granted INTEGER NOT NULL,
  PRIMARY KEY (batch_id, worker_id)
);

-- The shared circuit breaker of an analyzer: one row, obeyed by every worker.
CREATE TABLE provider_gate (
  provider TEXT PRIMARY KEY,
  -- NULL while calls may be made; else no call but one probe before it is reopened.
  closed_at TIMESTAMPTZ,
  -- The next probe may be made from here on.
  closed_until TIMESTAMPTZ,
  reason TEXT,
  -- Failed probes since it closed; doubles the wait for the next.
  probes INTEGER NOT NULL DEFAULT 0,
  probe_worker UUID,
  probe_until TIMESTAMPTZ,
  updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- Outbox: one row per batch, event and target; delivered at least once, normally once.
CREATE TABLE notifications (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  batch_id UUID NOT NULL,
  event TEXT NOT NULL,
  -- Tells one halt from the next of the same batch.
  occurrence INTEGER NOT NULL,
  target TEXT NOT NULL,
  payload JSONB NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  delivered_at TIMESTAMPTZ,
  last_error TEXT,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  UNIQUE (batch_id, event, occurrence, target)
);
CREATE INDEX notifications_due ON notifications (next_attempt_at) WHERE delivered_at IS NULL;
