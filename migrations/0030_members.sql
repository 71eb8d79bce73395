-- Documents inside documents: members of archives, attachments of mails. They are read through the file that holds them.

ALTER TABLE file_document
  -- The document that it lies in, and the file that holds both, at whatever depth.
  ADD COLUMN IF NOT EXISTS parent_id UUID,
  ADD COLUMN IF NOT EXISTS container_uri TEXT,
  -- The way from that file to it: one name for each document on the way, the last is its own.
  ADD COLUMN IF NOT EXISTS member_path TEXT[];

CREATE INDEX IF NOT EXISTS file_document_parent ON file_document (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS file_document_container ON file_document (container_uri) WHERE container_uri IS NOT NULL;
