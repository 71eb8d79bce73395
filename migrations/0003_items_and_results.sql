-- One document in one batch: the unit that is counted, retried, reported.

CREATE TABLE batch_items (
  batch_id UUID NOT NULL,
  document_id UUID NOT NULL,
  chunk_no INTEGER NOT NULL,
  -- pending | processing | retrying | review | completed | failed | skipped | cancelled (the last four are terminal)
  state TEXT NOT NULL DEFAULT 'pending',
  failure_class TEXT,
  failure_code TEXT,
  failure_stage TEXT,
  failure_message TEXT,
  -- Tries that were recorded; raised only in the commit that records an outcome.
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Attempts that were made before the last `retry` reopened the item; `--retries` counts from there.
  attempts_before INTEGER NOT NULL DEFAULT 0,
  -- The fence: raised by every claim and every reopening; a commit with an older one changes nothing.
  epoch INTEGER NOT NULL DEFAULT 0,
  crash_count SMALLINT NOT NULL DEFAULT 0,
  priority SMALLINT NOT NULL DEFAULT 3,
  recipe_id INTEGER,
  content_sha256 TEXT,
  cached BOOLEAN NOT NULL DEFAULT false,
  next_attempt_at TIMESTAMPTZ,
  -- The workflow run (and its takeRetries call) that has this item in an activity of its own.
  retry_run TEXT,
  retry_call INTEGER,
  started_at TIMESTAMPTZ,
  finished_at TIMESTAMPTZ,
  duration_ms INTEGER,
  PRIMARY KEY (batch_id, document_id)
);

-- No two batches ever hold the same document.
CREATE UNIQUE INDEX batch_items_one_open_per_document ON batch_items (document_id)
  WHERE state IN ('pending', 'processing', 'retrying', 'review');
CREATE INDEX batch_items_chunk ON batch_items (batch_id, chunk_no)
  WHERE state IN ('pending', 'processing');
CREATE INDEX batch_items_retrying ON batch_items (batch_id, next_attempt_at) WHERE state = 'retrying';
-- "Pending for a recipe" asks whether a document was finished under it with its present content.
CREATE INDEX batch_items_finished ON batch_items (document_id, recipe_id)
  WHERE state IN ('completed', 'failed');
CREATE INDEX batch_items_failed ON batch_items (batch_id, failure_code) WHERE state = 'failed';

CREATE TABLE document_results (
  batch_id UUID NOT NULL,
  document_id UUID NOT NULL,
  analyzer TEXT NOT NULL,
  recipe_id INTEGER NOT NULL,
  -- Of the bytes that were actually read.
  content_sha256 TEXT NOT NULL,
  result JSONB,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (batch_id, document_id)
);
CREATE INDEX document_results_cache ON document_results (content_sha256, recipe_id);
CREATE INDEX document_results_document ON document_results (document_id, created_at);

-- Extracted text, once per content and extractor.
CREATE TABLE document_texts (
  content_sha256 TEXT NOT NULL,
  extractor_version TEXT NOT NULL,
  -- Extraction without its Markdown: parts, metadata, warnings …
  extraction JSONB NOT NULL,
  markdown TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (content_sha256)
);
