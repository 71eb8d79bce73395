-- Documents that are asked about by the batch: what they ask, and the provider batches in which it is asked.

-- `provider`, with state `processing`: the document waits for its answers, and belongs to no worker.
ALTER TABLE batch_items ADD COLUMN IF NOT EXISTS stage TEXT;
CREATE INDEX batch_items_at_provider ON batch_items (batch_id, document_id) WHERE state = 'processing' AND stage = 'provider';

-- Of each group of requests there is one row, written before the provider hears of it.
CREATE TABLE provider_batches (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  batch_id UUID NOT NULL,
  provider TEXT NOT NULL,
  -- sealed: its requests are fixed. creating: the create call was, or is about to be, sent. submitted: the provider's id
  -- is known. ended: every request has its answer.
  state TEXT NOT NULL DEFAULT 'sealed' CHECK (state IN ('sealed', 'creating', 'submitted', 'ended')),
  request_count INTEGER NOT NULL,
  size_bytes BIGINT NOT NULL,
  provider_id TEXT UNIQUE,
  -- Found by listing after the answer to the create call was lost; its results prove whose it is.
  adopted BOOLEAN NOT NULL DEFAULT false,
  -- Looked like ours and were not.
  rejected TEXT[] NOT NULL DEFAULT '{}',
  sent_at TIMESTAMPTZ,
  -- No create call of ours is under way after this.
  create_deadline_at TIMESTAMPTZ,
  expires_at TIMESTAMPTZ,
  polled_at TIMESTAMPTZ,
  cancel_asked_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  ended_at TIMESTAMPTZ
);
CREATE INDEX provider_batches_open ON provider_batches (batch_id) WHERE state <> 'ended';
-- An orphan is known by its number of requests alone: two groups of one size must never be in doubt together.
CREATE UNIQUE INDEX provider_batches_in_doubt ON provider_batches (provider, request_count)
  WHERE state IN ('sealed', 'creating');

CREATE TABLE provider_requests (
  batch_id UUID NOT NULL,
  document_id UUID NOT NULL,
  -- SHA-256 of the request: the same question about the same document is asked once.
  request_key TEXT NOT NULL,
  -- New for each time it is asked; also the id of its row in paid_calls.
  custom_id UUID NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  provider_batch_id UUID,
  -- Kept until it succeeded.
  body TEXT,
  size_bytes INTEGER NOT NULL,
  worst_nano_usd BIGINT NOT NULL,
  -- {type: succeeded | errored | expired | canceled, …}
  answer JSONB,
  created_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (batch_id, document_id, request_key)
);
CREATE INDEX provider_requests_waiting ON provider_requests (batch_id, created_at)
  WHERE provider_batch_id IS NULL AND answer IS NULL;
CREATE INDEX provider_requests_same ON provider_requests (batch_id, request_key) WHERE answer IS NULL;
CREATE INDEX provider_requests_group ON provider_requests (provider_batch_id) WHERE provider_batch_id IS NOT NULL;
