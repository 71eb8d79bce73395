-- What a batch shows as a whole: how its answers are grouped and summed, and Claude's summary of them. Groups and sums are
-- counted when they are asked for, so they are never old; only the summary, which costs money, is kept.

ALTER TABLE processing_batches
  -- The `aggregate` section of the profile, as it was when the batch was made. No part of the recipe: another grouping makes
  -- no document pending.
  ADD COLUMN IF NOT EXISTS aggregate JSONB;

CREATE TABLE batch_summaries (
  batch_id UUID PRIMARY KEY,
  -- due | made | failed. One that is due and has a text is of documents as they were before.
  state TEXT NOT NULL DEFAULT 'due',
  -- The fence: raised by every claim, and when documents are taken up again.
  epoch INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  summary TEXT,
  model TEXT,
  -- How many answers it was made of, and how many there were.
  answers_read INTEGER,
  answers INTEGER,
  failure_class TEXT,
  failure_code TEXT,
  failure_message TEXT,
  made_at TIMESTAMPTZ
);

-- Each answer on the way to a summary, by what was asked: what was paid for is not asked again, in this batch or another.
CREATE TABLE summary_answers (
  batch_id UUID NOT NULL,
  request_sha256 TEXT NOT NULL,
  answer TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (batch_id, request_sha256)
);
CREATE INDEX summary_answers_request ON summary_answers (request_sha256);

-- Null: paid for the batch as a whole.
ALTER TABLE paid_calls ALTER COLUMN document_id DROP NOT NULL;

-- A currency as it is compared. Signs that several currencies share stay what they are.
CREATE FUNCTION docbatch_currency(said TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE name WHEN '' THEN NULL WHEN '€' THEN 'EUR' WHEN 'EURO' THEN 'EUR' WHEN 'EUROS' THEN 'EUR' WHEN '£' THEN 'GBP'
    WHEN 'US$' THEN 'USD' ELSE left(name, 20) END
  FROM (SELECT upper(btrim(regexp_replace(said, '\s+', ' ', 'g'))) AS name) n
$$;

-- The amount that a value says, exactly, and its currency: the one that stands at the number, else the document's. No amount
-- where the value is no number, or could be two: `1.234` is about one, or more than a thousand.
CREATE FUNCTION docbatch_amount(value JSONB, document_currency JSONB, OUT amount NUMERIC, OUT currency TEXT)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  unit CONSTANT TEXT := '[A-Z]{3}|[A-Z]{0,3}\$|[€£¥₹₽₺₩₪₫₴₦]|Euros?';
  said TEXT;
  part TEXT[];
  digits TEXT;
  before TEXT;
  after TEXT;
  is_negative BOOLEAN;
BEGIN
  IF jsonb_typeof(document_currency) = 'string' THEN currency := docbatch_currency(document_currency #>> '{}'); END IF;
  IF jsonb_typeof(value) = 'number' THEN
    amount := (value #>> '{}')::numeric;
    RETURN;
  END IF;
  IF jsonb_typeof(value) IS DISTINCT FROM 'string' THEN RETURN; END IF;
  said := translate(value #>> '{}', U&'\00A0\202F\2009\2212\2019', '   -''');
  IF length(said) > 60 THEN RETURN; END IF;
  part := regexp_match(said, '^\s*([-+(]?)\s*(' || unit || ')?\s*([-+(]?)\s*([0-9., '']*[0-9])\s*([-)]?)\s*(' || unit || ')?\s*([-)]?)\s*$', 'i');
  IF part IS NULL OR (part[2] IS NOT NULL AND part[6] IS NOT NULL) THEN RETURN; END IF;
  before := part[1] || part[3];
  after := part[5] || part[7];
  -- One sign is enough, and a bracket that is open is closed.
  IF before || after NOT IN ('', '+', '-', '()') OR after = '+' THEN RETURN; END IF;
  is_negative := before || after IN ('-', '()');
  digits := btrim(part[4]);
  amount := CASE
    WHEN digits ~ '^\d+$' THEN digits
    WHEN digits ~ '^\d{1,3}([ '']\d{3})+([.,]\d+)?$' THEN replace(translate(digits, ' ''', ''), ',', '.')
    WHEN digits ~ '^\d{1,3}(\.\d{3})+,\d+$' THEN replace(replace(digits, '.', ''), ',', '.')
    WHEN digits ~ '^\d{1,3}(,\d{3})+\.\d+$' THEN replace(digits, ',', '')
    WHEN digits ~ '^\d{1,3}(\.\d{3}){2,}$' OR digits ~ '^\d{1,3}(,\d{3}){2,}$' THEN translate(digits, '.,', '')
    WHEN digits ~ '^[1-9]\d{0,2}[.,]\d{3}$' THEN NULL
    WHEN digits ~ '^\d*[.,]\d+$' THEN '0' || replace(digits, ',', '.')
  END::numeric;
  IF amount IS NULL THEN RETURN; END IF;
  IF is_negative THEN amount := -amount; END IF;
  currency := COALESCE(docbatch_currency(COALESCE(part[2], part[6])), currency);
END $$;
