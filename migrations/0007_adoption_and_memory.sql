-- An adopted table of errors may leave its ids to the program that wrote it; ours leaves them to the database.
DO $$
DECLARE
  id_type text;
BEGIN
  SELECT format_type(a.atttypid, NULL) INTO id_type FROM pg_attribute a
  WHERE a.attrelid = 'processing_errors'::regclass AND a.attname = 'id' AND NOT a.attisdropped
    AND NOT a.atthasdef AND a.attidentity = '';
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'processing_errors'::regclass AND attname = 'id' AND NOT attisdropped) THEN
    ALTER TABLE processing_errors ADD COLUMN id BIGINT GENERATED ALWAYS AS IDENTITY;
  ELSIF id_type = 'uuid' THEN
    ALTER TABLE processing_errors ALTER COLUMN id SET DEFAULT gen_random_uuid();
  ELSIF id_type IN ('bigint', 'integer') THEN
    CREATE SEQUENCE docbatch_processing_errors_id OWNED BY processing_errors.id;
    PERFORM setval('docbatch_processing_errors_id', (SELECT COALESCE(MAX(id), 0) + 1 FROM processing_errors), false);
    ALTER TABLE processing_errors ALTER COLUMN id SET DEFAULT nextval('docbatch_processing_errors_id');
  ELSIF id_type IS NOT NULL THEN
    ALTER TABLE processing_errors ALTER COLUMN id SET DEFAULT gen_random_uuid()::text;
  END IF;
END $$;

-- Our processes besides the workers (commands, keepers) with their memory, for a batch's peak; lost rows do no harm.
CREATE UNLOGGED TABLE process_memory (
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  rss_bytes BIGINT NOT NULL,
  seen_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (host, pid)
);
