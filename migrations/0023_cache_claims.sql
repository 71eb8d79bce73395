-- Who is being paid for the answer about a content now: others with the same content wait for it. What a crash of the
-- server loses of it is asked about once more, so it need not be logged.
CREATE UNLOGGED TABLE cache_claims (
  recipe_id INTEGER NOT NULL,
  content_sha256 TEXT NOT NULL,
  batch_id UUID NOT NULL,
  document_id UUID NOT NULL,
  epoch INTEGER NOT NULL,
  claimed_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (recipe_id, content_sha256)
);
