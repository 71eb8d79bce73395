-- How the requests of a provider batch ended: {succeeded: 490, expired: 7, …}. The requests themselves are gone when their
-- documents are done.
ALTER TABLE provider_batches ADD COLUMN outcomes JSONB;
