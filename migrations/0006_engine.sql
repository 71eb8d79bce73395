-- What the engine leaves to the database, because only there it is one step for all workers.

-- Order of a batch's items: as discovered, by priority.
ALTER TABLE batch_items ADD COLUMN position BIGINT NOT NULL DEFAULT 0;

-- Time in `processing` is a batch's active time; pauses and halts do not count in its throughput.
CREATE FUNCTION docbatch_account_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.status_changed_at := now();
  IF OLD.active_since IS NOT NULL THEN
    NEW.active_ms := OLD.active_ms + GREATEST(0, (EXTRACT(EPOCH FROM now() - OLD.active_since) * 1000)::bigint);
    NEW.active_since := NULL;
  END IF;
  IF NEW.status = 'processing' THEN
    NEW.active_since := now();
    NEW.started_at := COALESCE(OLD.started_at, now());
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER docbatch_account_status BEFORE UPDATE OF status ON processing_batches
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION docbatch_account_status();

-- How many documents of a batch this worker may have in slots. The grants of all live workers never sum up to more
-- than `parallel`: a worker keeps what it uses until it uses less, and takes only what the others have not.
CREATE FUNCTION docbatch_grant_share(the_batch uuid, the_worker uuid, in_use integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  parallel integer;
  others integer;
  others_granted integer;
  before_me integer;
  share integer;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('docbatch-share:' || the_batch, 0));
  SELECT (settings ->> 'parallel')::integer INTO parallel FROM processing_batches WHERE id = the_batch;
  SELECT COUNT(*), COALESCE(SUM(s.granted), 0), COUNT(*) FILTER (WHERE s.worker_id < the_worker)
    INTO others, others_granted, before_me
    FROM batch_shares s JOIN workers w ON w.id = s.worker_id
    WHERE s.batch_id = the_batch AND s.worker_id <> the_worker AND w.heartbeat_at > clock_timestamp() - interval '5 seconds';
  share := parallel / (others + 1) + CASE WHEN before_me < parallel % (others + 1) THEN 1 ELSE 0 END;
  share := GREATEST(LEAST(share, parallel - others_granted), 0);
  INSERT INTO batch_shares (batch_id, worker_id, granted) VALUES (the_batch, the_worker, GREATEST(share, in_use))
    ON CONFLICT (batch_id, worker_id) DO UPDATE SET granted = EXCLUDED.granted
    WHERE batch_shares.granted IS DISTINCT FROM EXCLUDED.granted;
  RETURN share;
END $$;
