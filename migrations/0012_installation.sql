-- Who we are on a Temporal server that several databases share: names our task queues, so that no worker takes another's work.
CREATE TABLE installation (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  is_only BOOLEAN NOT NULL DEFAULT true UNIQUE CHECK (is_only)
);
INSERT INTO installation DEFAULT VALUES;
