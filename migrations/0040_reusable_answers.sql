-- Whether an answer is still given to other documents with the same content; `cache prune` takes that from old ones, and
-- leaves the answers themselves to their documents.
ALTER TABLE document_results ADD COLUMN reusable BOOLEAN NOT NULL DEFAULT true;
