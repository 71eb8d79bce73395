-- The limiter that all workers share: what the other side allows per minute, as its answers last said, and from when on
-- the next call may begin.
CREATE TABLE provider_limits (
  provider TEXT PRIMARY KEY,
  requests_limit BIGINT,
  requests_remaining BIGINT,
  requests_reset TIMESTAMPTZ,
  input_limit BIGINT,
  input_remaining BIGINT,
  input_reset TIMESTAMPTZ,
  output_limit BIGINT,
  output_remaining BIGINT,
  output_reset TIMESTAMPTZ,
  seen_at TIMESTAMPTZ,
  -- Each bucket as the time at which it is full again; a call moves it on by what it takes.
  requests_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  input_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  output_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  -- After a stop, and with `resume --ramp`, the rate rises from a quarter to the whole within this time.
  ramp_from TIMESTAMPTZ,
  ramp_ms INTEGER NOT NULL DEFAULT 0
);

-- Room for some calls: milliseconds from now until the first may begin, and between one and the next. NULL: no limit is
-- known. A bucket holds half a second of requests and five seconds of tokens, and is drawn on at 97 % of what is allowed.
CREATE FUNCTION docbatch_admit(
  the_provider TEXT, requests INTEGER, input_tokens BIGINT, output_tokens BIGINT,
  OUT wait_ms DOUBLE PRECISION, OUT gap_ms DOUBLE PRECISION
) LANGUAGE plpgsql AS $$
DECLARE
  l provider_limits%ROWTYPE;
  t TIMESTAMPTZ := clock_timestamp();
  share DOUBLE PRECISION := 0.97;
  request_ms DOUBLE PRECISION;
  starts TIMESTAMPTZ;
BEGIN
  SELECT * INTO l FROM provider_limits p WHERE p.provider = the_provider FOR UPDATE;
  IF l.requests_limit IS NULL THEN RETURN; END IF;
  t := clock_timestamp();
  IF l.ramp_from IS NOT NULL AND l.ramp_ms > 0 THEN
    share := share * LEAST(1, 0.25 + 0.75 * EXTRACT(EPOCH FROM t - l.ramp_from) * 1000 / l.ramp_ms);
  END IF;
  request_ms := 60000 / (l.requests_limit * share);
  starts := GREATEST(
    t,
    l.requests_at - interval '500 milliseconds',
    CASE WHEN l.input_limit IS NULL THEN t ELSE l.input_at - interval '5 seconds' END,
    CASE WHEN l.output_limit IS NULL THEN t ELSE l.output_at - interval '5 seconds' END);
  UPDATE provider_limits p SET
    requests_at = GREATEST(t, l.requests_at) + requests * request_ms * interval '1 millisecond',
    input_at = GREATEST(t, l.input_at) + COALESCE(input_tokens * 60000 / (l.input_limit * share), 0) * interval '1 millisecond',
    output_at = GREATEST(t, l.output_at) + COALESCE(output_tokens * 60000 / (l.output_limit * share), 0) * interval '1 millisecond'
  WHERE p.provider = the_provider;
  wait_ms := EXTRACT(EPOCH FROM starts - t) * 1000;
  gap_ms := CASE WHEN GREATEST(t, l.requests_at) - t > interval '500 milliseconds' - requests * request_ms * interval '1 millisecond' THEN request_ms ELSE 0 END;
END $$;
