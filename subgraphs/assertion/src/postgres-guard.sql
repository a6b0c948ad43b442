-- The guard's memory on PostgreSQL, in the schema that the feed has too. Two that start at once make it once.
SELECT pg_advisory_xact_lock(hashtext('onenet.guard'));

-- Asked first: without the right to create schemas, IF NOT EXISTS fails though it exists.
DO $$
BEGIN
  IF to_regnamespace('onenet') IS NULL THEN
    CREATE SCHEMA onenet;
  END IF;
END
$$;

CREATE TABLE IF NOT EXISTS onenet.seen_leaves (
  leaf  text PRIMARY KEY,
  until timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS seen_leaves_until ON onenet.seen_leaves (until);

-- Text and not jsonb: the chain is over these very bytes.
CREATE TABLE IF NOT EXISTS onenet.access_record (
  sequence bigint PRIMARY KEY CHECK (sequence > 0),
  line     text NOT NULL,
  head     text NOT NULL
);

CREATE TABLE IF NOT EXISTS onenet.guard_memory (
  name  text PRIMARY KEY,
  since timestamptz NOT NULL
);

-- What the owner has granted, as the province said it last: the row 'own'. In the row 'refused', ids of grants on
-- which nothing rests since the registry was restored; in 'dormant', of those of suspended clients.
-- Made last, in the same transaction: who finds it finds the rest.
CREATE TABLE IF NOT EXISTS onenet.owner_grants (
  name     text PRIMARY KEY,
  revision bigint NOT NULL,
  grants   jsonb NOT NULL
);
