-- The tables and the view that existing users know, in their shape. Where they exist already they are adopted:
-- missing columns are added, nothing is dropped or retyped, rows survive.

CREATE TABLE IF NOT EXISTS processing_batches (
  id UUID PRIMARY KEY,
  batch_name VARCHAR(255),
  total_items INTEGER DEFAULT 0,
  processed_items INTEGER DEFAULT 0,
  failed_items INTEGER DEFAULT 0,
  status VARCHAR(50) DEFAULT 'pending',
  started_at TIMESTAMPTZ,
  completed_at TIMESTAMPTZ,
  metadata JSONB
);

CREATE TABLE IF NOT EXISTS file_document (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  uri TEXT,
  name TEXT,
  mime_type TEXT,
  size_bytes BIGINT,
  content_sha256 TEXT,
  status VARCHAR(50) DEFAULT 'pending',
  batch_id UUID,
  priority SMALLINT DEFAULT 3,
  metadata JSONB
);

ALTER TABLE file_document
  ADD COLUMN IF NOT EXISTS uri TEXT,
  ADD COLUMN IF NOT EXISTS name TEXT,
  ADD COLUMN IF NOT EXISTS mime_type TEXT,
  ADD COLUMN IF NOT EXISTS size_bytes BIGINT,
  ADD COLUMN IF NOT EXISTS content_sha256 TEXT,
  ADD COLUMN IF NOT EXISTS status VARCHAR(50) DEFAULT 'pending',
  ADD COLUMN IF NOT EXISTS batch_id UUID,
  ADD COLUMN IF NOT EXISTS priority SMALLINT DEFAULT 3,
  ADD COLUMN IF NOT EXISTS metadata JSONB,
  ADD COLUMN IF NOT EXISTS external_id TEXT,
  ADD COLUMN IF NOT EXISTS group_name TEXT,
  ADD COLUMN IF NOT EXISTS source_root TEXT,
  ADD COLUMN IF NOT EXISTS modified_at TIMESTAMPTZ,
  ADD COLUMN IF NOT EXISTS discovered_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  ALTER COLUMN id SET DEFAULT gen_random_uuid();

-- Adopted rows may have no uri; two rows of ours never share one.
CREATE UNIQUE INDEX IF NOT EXISTS file_document_uri ON file_document (uri);
CREATE INDEX IF NOT EXISTS file_document_batch ON file_document (batch_id);
CREATE INDEX IF NOT EXISTS file_document_external ON file_document (external_id) WHERE external_id IS NOT NULL;

CREATE TABLE IF NOT EXISTS processing_errors (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  batch_id UUID,
  document_id UUID,
  error_category VARCHAR(50),
  error_type VARCHAR(100),
  stage VARCHAR(50),
  attempt INTEGER,
  message TEXT,
  context JSONB,
  occurred_at TIMESTAMPTZ DEFAULT now()
);

ALTER TABLE processing_errors
  ADD COLUMN IF NOT EXISTS batch_id UUID,
  ADD COLUMN IF NOT EXISTS document_id UUID,
  ADD COLUMN IF NOT EXISTS error_category VARCHAR(50),
  ADD COLUMN IF NOT EXISTS error_type VARCHAR(100),
  ADD COLUMN IF NOT EXISTS stage VARCHAR(50),
  ADD COLUMN IF NOT EXISTS attempt INTEGER,
  ADD COLUMN IF NOT EXISTS message TEXT,
  ADD COLUMN IF NOT EXISTS context JSONB,
  ADD COLUMN IF NOT EXISTS occurred_at TIMESTAMPTZ DEFAULT now();

-- A commit of unknown outcome is repeated; its errors are not. Adopted rows without an attempt never collide.
CREATE UNIQUE INDEX IF NOT EXISTS processing_errors_once
  ON processing_errors (batch_id, document_id, stage, attempt);
