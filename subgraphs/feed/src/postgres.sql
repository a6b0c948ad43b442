-- What the feed keeps on PostgreSQL, in a schema of its own. A team's transactions insert into
-- onenet.outbox and read onenet.event_totals; the rest is the feed's.
-- Two that start at once make it once.
SELECT pg_advisory_xact_lock(hashtext('onenet.feed'));

-- Asked first: without the right to create schemas, IF NOT EXISTS fails though it exists.
DO $$
BEGIN
  IF to_regnamespace('onenet') IS NULL THEN
    CREATE SCHEMA onenet;
  END IF;
END
$$;

CREATE TABLE IF NOT EXISTS onenet.settings (
  name  text PRIMARY KEY,
  value bytea NOT NULL
);

-- An identity, not a serial: a writer needs INSERT on the table and no right on a sequence.
CREATE TABLE IF NOT EXISTS onenet.outbox (
  id       text PRIMARY KEY,
  type     text NOT NULL,
  time     timestamptz NOT NULL,
  data     jsonb NOT NULL DEFAULT '{}',
  person   text,
  corrects bigint,
  seq      bigint GENERATED ALWAYS AS IDENTITY UNIQUE
);

-- The first of the two unique keys is the sequence, the second the outbox entry's id.
CREATE TABLE IF NOT EXISTS onenet.feed_log (
  sequence      bigint PRIMARY KEY CHECK (sequence > 0),
  entry         text NOT NULL UNIQUE,
  type          text NOT NULL,
  count         bigint NOT NULL,
  recorded_time timestamptz NOT NULL,
  line          bytea NOT NULL,
  head          text NOT NULL
);

CREATE TABLE IF NOT EXISTS onenet.feed_claims (
  key     text PRIMARY KEY,
  event   text NOT NULL,
  expires timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS feed_claims_expires ON onenet.feed_claims (expires);

CREATE TABLE IF NOT EXISTS onenet.feed_lease (
  name        text PRIMARY KEY,
  holder      text,
  until       timestamptz NOT NULL,
  complete_to timestamptz
);
INSERT INTO onenet.feed_lease (name, until) VALUES ('sequencer', 'epoch') ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS onenet.feed_totals (
  name    text PRIMARY KEY,
  through bigint NOT NULL,
  head    text NOT NULL,
  types   jsonb NOT NULL
);

CREATE TABLE IF NOT EXISTS onenet.feed_quarantine (
  id    text PRIMARY KEY,
  fault text NOT NULL,
  at    timestamptz NOT NULL DEFAULT now(),
  entry jsonb NOT NULL
);

-- The answer to Platform.eventTotals: what was saved for this log, and what came after it.
CREATE OR REPLACE VIEW onenet.event_totals AS
WITH saved AS (
  SELECT totals.through, totals.types
  FROM onenet.feed_totals AS totals
  JOIN onenet.feed_log AS log ON log.sequence = totals.through AND log.head = totals.head
),
parts AS (
  SELECT part.type, part.events, part.count
  FROM saved, jsonb_to_recordset(saved.types) AS part (type text, events bigint, count bigint)
  UNION ALL
  SELECT log.type, count(*), sum(log.count)
  FROM onenet.feed_log AS log
  WHERE log.sequence > coalesce((SELECT through FROM saved), 0)
  GROUP BY log.type
)
SELECT
  type,
  sum(events)::bigint AS events,
  sum(count)::bigint AS count,
  lpad((SELECT max(sequence) FROM onenet.feed_log)::text, 20, '0') AS through_sequence
FROM parts
GROUP BY type
ORDER BY type COLLATE "C";

-- Wakes the sequencer, and those who wait for lines; polling finds what a lost notice did not tell.
CREATE OR REPLACE FUNCTION onenet.feed_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('onenet_feed', TG_TABLE_NAME);
  RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER feed_notify AFTER INSERT ON onenet.outbox
  FOR EACH STATEMENT EXECUTE FUNCTION onenet.feed_notify();
CREATE OR REPLACE TRIGGER feed_notify AFTER INSERT ON onenet.feed_log
  FOR EACH STATEMENT EXECUTE FUNCTION onenet.feed_notify();

-- Written last: whoever finds it need not take the locks of all this.
INSERT INTO onenet.settings (name, value) VALUES ('schema-version', '1')
ON CONFLICT (name) DO UPDATE SET value = excluded.value;
