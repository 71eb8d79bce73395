-- The time in which a batch was worked on: while no worker is alive its clock stands still, however long a machine is off.

CREATE FUNCTION docbatch_active_ms(before BIGINT, since TIMESTAMPTZ, progressed TIMESTAMPTZ) RETURNS BIGINT
LANGUAGE sql STABLE AS $$
  SELECT before + GREATEST(0, (EXTRACT(EPOCH FROM LEAST(now(), GREATEST(since, progressed,
    (SELECT MAX(heartbeat_at) + interval '5 seconds' FROM workers))) - since) * 1000)::bigint)
$$;

-- As in 0008, with that clock.
CREATE OR REPLACE FUNCTION docbatch_account_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.status_changed_at := now();
  NEW.stalled := false;
  NEW.stalled_reason := NULL;
  IF OLD.active_since IS NOT NULL THEN
    NEW.active_ms := docbatch_active_ms(OLD.active_ms, OLD.active_since, GREATEST(OLD.progressed_at, NEW.progressed_at));
    NEW.active_since := NULL;
  END IF;
  IF NEW.status = 'processing' THEN
    NEW.active_since := now();
    NEW.started_at := COALESCE(OLD.started_at, now());
  END IF;
  RETURN NEW;
END $$;
