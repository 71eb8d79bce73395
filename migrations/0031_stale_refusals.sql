-- Sent before a halted batch was resumed: what it refuses may have been refused for the cause of the halt, and is asked again.
ALTER TABLE provider_batches ADD COLUMN is_stale BOOLEAN NOT NULL DEFAULT false;
