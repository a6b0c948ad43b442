-- Yichang's own tables, and at the end the views in which they meet the contract.
--
-- Texts that are sorted or compared have COLLATE "C": by Unicode code point, as the contract says.
-- PostgreSQL keeps microseconds, and the contract knows milliseconds: whatever is compared, sorted
-- or paged by time uses unix_ms(), never the column itself. Two records of the same millisecond are
-- equal, and their ids decide.

-- Whole milliseconds since 1970, cut off below. By way of UTC, so that it is immutable.
CREATE OR REPLACE FUNCTION unix_ms(t timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT floor(extract(epoch FROM t AT TIME ZONE 'UTC') * 1000)::bigint
$$;

-- The first character, the rest as *.
CREATE OR REPLACE FUNCTION masked_name(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT nullif(left(name, 1), '') || repeat('*', greatest(1, length(name) - 1))
$$;

-- The last four digits, the rest as *.
CREATE OR REPLACE FUNCTION masked_phone(phone text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT repeat('*', greatest(0, length(digits) - 4)) || right(digits, 4)
  FROM regexp_replace(phone, '[^0-9]', '', 'g') AS digits
$$;

-- The first four and the last two characters, the rest as *.
CREATE OR REPLACE FUNCTION masked_identity(number text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT left(number, 4) || repeat('*', length(number) - 6) || right(number, 2)
$$;

-- Whole metres by haversine, R = 6,378,100 m. Not round(): it takes halves to the even number.
CREATE OR REPLACE FUNCTION metres_between(lat1 float8, lon1 float8, lat2 float8, lon2 float8) RETURNS int
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT floor(2 * 6378100 * asin(least(1, sqrt(
    sin(radians(lat2 - lat1) / 2) ^ 2
    + cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ^ 2
  ))) + 0.5)::int
$$;

-- The table of divisions: which codes there are.
CREATE TABLE IF NOT EXISTS area (
  code text COLLATE "C" PRIMARY KEY
);

CREATE TABLE IF NOT EXISTS union_org (
  id          text COLLATE "C" PRIMARY KEY,
  org_name    text COLLATE "C" NOT NULL,
  org_kind    text NOT NULL,
  org_level   smallint NOT NULL,
  area_code   text COLLATE "C" NOT NULL,
  belongs_to  text COLLATE "C",
  founded     timestamptz NOT NULL,
  changed     timestamptz NOT NULL,
  chair       text,
  pledge      text
);
CREATE INDEX IF NOT EXISTS union_org_by_name ON union_org (org_name, id);
CREATE INDEX IF NOT EXISTS union_org_by_founded ON union_org (unix_ms(founded), id);
CREATE INDEX IF NOT EXISTS union_org_by_changed ON union_org (unix_ms(changed), id);

CREATE TABLE IF NOT EXISTS service_point (
  id          text COLLATE "C" PRIMARY KEY,
  point_name  text COLLATE "C" NOT NULL,
  area_code   text COLLATE "C" NOT NULL,
  run_by      text COLLATE "C",
  lat         float8 NOT NULL,
  lon         float8 NOT NULL,
  changed     timestamptz NOT NULL,
  street      text,
  open_hours  text
);
CREATE INDEX IF NOT EXISTS service_point_by_name ON service_point (point_name, id);
CREATE INDEX IF NOT EXISTS service_point_by_changed ON service_point (unix_ms(changed), id);
CREATE INDEX IF NOT EXISTS service_point_of_org ON service_point (run_by, point_name, id);

CREATE TABLE IF NOT EXISTS help_request (
  id             text COLLATE "C" PRIMARY KEY,
  subject        text COLLATE "C" NOT NULL,
  category       text COLLATE "C" NOT NULL,
  came_by        text NOT NULL,
  state          text NOT NULL,
  area_code      text COLLATE "C" NOT NULL,
  filed          timestamptz NOT NULL,
  changed        timestamptz NOT NULL,
  handled_by     text COLLATE "C",
  moved_to       text,
  due            timestamptz,
  resolved       timestamptz,
  -- When it was resolved or rejected, as long as it is not reopened.
  closed         timestamptz,
  desk           text,
  watched        boolean NOT NULL DEFAULT false,
  times_reopened int NOT NULL DEFAULT 0,
  stars          smallint,
  simulated      boolean NOT NULL DEFAULT false,
  -- When it was found past its deadline, since it was last opened.
  found_overdue  timestamptz,
  reminded       timestamptz,
  times_reminded int NOT NULL DEFAULT 0,
  -- How many levels up it was taken; and whether the clock did so since it was found overdue.
  levels_up      smallint NOT NULL DEFAULT 0,
  clock_took_up  boolean NOT NULL DEFAULT false,
  -- Personal, and in no view.
  applicant      text,
  applicant_tel  text,
  details        text,
  applicant_ref  text
);
-- Tombstones are in no list, so in no index of one.
CREATE INDEX IF NOT EXISTS help_request_by_filed ON help_request (unix_ms(filed), id) WHERE state <> 'TRANSFERRED';
CREATE INDEX IF NOT EXISTS help_request_by_changed ON help_request (unix_ms(changed), id) WHERE state <> 'TRANSFERRED';
CREATE INDEX IF NOT EXISTS help_request_by_subject ON help_request (subject, id) WHERE state <> 'TRANSFERRED';
CREATE INDEX IF NOT EXISTS help_request_by_category ON help_request (category, id) WHERE state <> 'TRANSFERRED';
CREATE INDEX IF NOT EXISTS help_request_of_org ON help_request (handled_by, unix_ms(filed), id) WHERE state <> 'TRANSFERRED';

CREATE INDEX IF NOT EXISTS help_request_in_transfer ON help_request (unix_ms(filed), id) WHERE state = 'IN_TRANSFER';
-- What the clock looks at: open, and not found overdue yet; open, and overdue.
CREATE INDEX IF NOT EXISTS help_request_due ON help_request (unix_ms(due))
  WHERE state IN ('SUBMITTED', 'VERIFIED', 'DISPATCHED', 'ACCEPTED') AND found_overdue IS NULL;
CREATE INDEX IF NOT EXISTS help_request_overdue ON help_request (unix_ms(found_overdue))
  WHERE state IN ('SUBMITTED', 'VERIFIED', 'DISPATCHED', 'ACCEPTED') AND NOT clock_took_up;

CREATE TABLE IF NOT EXISTS help_request_log (
  request    text COLLATE "C" NOT NULL REFERENCES help_request,
  line       bigint GENERATED ALWAYS AS IDENTITY,
  what       text NOT NULL,
  happened   timestamptz NOT NULL,
  actor_kind text NOT NULL,
  from_state text,
  to_state   text,
  stars      smallint,
  level      smallint,
  came_from  text,
  -- Personal, and in no view.
  said       text,
  PRIMARY KEY (request, line)
);

-- QR codes by which workers apply. The token is what the code holds.
CREATE TABLE IF NOT EXISTS join_code (
  id           text COLLATE "C" PRIMARY KEY,
  token        text COLLATE "C" NOT NULL UNIQUE,
  state        text NOT NULL,
  area_code    text COLLATE "C" NOT NULL,
  org          text COLLATE "C" NOT NULL,
  issued       timestamptz NOT NULL,
  changed      timestamptz NOT NULL,
  valid_until  timestamptz,
  applications int NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS join_code_by_issued ON join_code (unix_ms(issued), id);
CREATE INDEX IF NOT EXISTS join_code_by_changed ON join_code (unix_ms(changed), id);
CREATE INDEX IF NOT EXISTS join_code_of_org ON join_code (org, unix_ms(issued), id);

CREATE TABLE IF NOT EXISTS membership (
  id         text COLLATE "C" PRIMARY KEY,
  applied    timestamptz NOT NULL,
  changed    timestamptz NOT NULL,
  state      text NOT NULL,
  kind       text NOT NULL,
  came_by    text NOT NULL,
  area_code  text COLLATE "C" NOT NULL,
  org        text COLLATE "C",
  moved_to   text,
  joined     timestamptz,
  simulated  boolean NOT NULL DEFAULT false,
  join_code  text COLLATE "C" REFERENCES join_code,
  firm_size  int,
  -- Personal, and in no view.
  full_name  text,
  tel        text,
  identity   text,
  person_ref text
);
CREATE INDEX IF NOT EXISTS membership_by_applied ON membership (unix_ms(applied), id) WHERE state <> 'TRANSFERRED';
CREATE INDEX IF NOT EXISTS membership_by_changed ON membership (unix_ms(changed), id) WHERE state <> 'TRANSFERRED';
CREATE INDEX IF NOT EXISTS membership_of_org ON membership (org, unix_ms(applied), id) WHERE state <> 'TRANSFERRED';

CREATE INDEX IF NOT EXISTS membership_in_transfer ON membership (unix_ms(applied), id) WHERE state = 'IN_TRANSFER';
CREATE INDEX IF NOT EXISTS membership_by_join_code ON membership (join_code, unix_ms(applied), id)
  WHERE state <> 'TRANSFERRED' AND join_code IS NOT NULL;

-- Somebody of a member's family, oldest first by line.
CREATE TABLE IF NOT EXISTS relative (
  membership text COLLATE "C" NOT NULL REFERENCES membership,
  key        text COLLATE "C" NOT NULL,
  line       bigint GENERATED ALWAYS AS IDENTITY,
  relation   text NOT NULL,
  -- Personal, and in no view.
  full_name  text NOT NULL,
  PRIMARY KEY (membership, key)
);

CREATE TABLE IF NOT EXISTS membership_note (
  membership text COLLATE "C" NOT NULL REFERENCES membership,
  written    timestamptz NOT NULL,
  -- Personal.
  note       text NOT NULL
);

CREATE TABLE IF NOT EXISTS news (
  id         text COLLATE "C" PRIMARY KEY,
  headline   text COLLATE "C" NOT NULL,
  section    text NOT NULL,
  lead_text  text,
  area_code  text COLLATE "C" NOT NULL,
  org        text,
  published  timestamptz NOT NULL,
  changed    timestamptz NOT NULL,
  reads      int NOT NULL DEFAULT 0,
  shares     int NOT NULL DEFAULT 0,
  likes      int NOT NULL DEFAULT 0,
  remarks    int NOT NULL DEFAULT 0,
  simulated  boolean NOT NULL DEFAULT false
);
CREATE INDEX IF NOT EXISTS news_by_published ON news (unix_ms(published), id);
CREATE INDEX IF NOT EXISTS news_by_changed ON news (unix_ms(changed), id);
CREATE INDEX IF NOT EXISTS news_by_reads ON news (reads, id);

CREATE TABLE IF NOT EXISTS news_remark (
  id      text COLLATE "C" PRIMARY KEY,
  news    text COLLATE "C" NOT NULL REFERENCES news,
  written timestamptz NOT NULL,
  said    text NOT NULL,
  -- Personal, shown masked. Null where the platform knows a reference and no name.
  author  text
);
CREATE INDEX IF NOT EXISTS news_remark_of_news ON news_remark (news, unix_ms(written), id);

CREATE TABLE IF NOT EXISTS news_like (
  news   text COLLATE "C" NOT NULL REFERENCES news,
  reader text NOT NULL,
  PRIMARY KEY (news, reader)
);

CREATE TABLE IF NOT EXISTS account (
  id        text COLLATE "C" PRIMARY KEY,
  title     text NOT NULL,
  kind      text NOT NULL,
  followers int NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS account_follower (
  account text COLLATE "C" NOT NULL REFERENCES account,
  reader  text NOT NULL,
  PRIMARY KEY (account, reader)
);

-- Our sides of transfers. The key is what makes a step of one happen once, whoever asks how often.
CREATE TABLE IF NOT EXISTS transfer (
  id           text COLLATE "C" NOT NULL,
  side         text NOT NULL CHECK (side IN ('SOURCE', 'TARGET')),
  state        text NOT NULL,
  -- Of the record here; null where none was made.
  kind         text,
  record       text COLLATE "C",
  -- Where an offer goes, and what the record was before it.
  goes_to      text,
  state_before text,
  PRIMARY KEY (id, side)
);

-- The pairs of keys by which others seal what only we may read: made once, for all our servers.
CREATE TABLE IF NOT EXISTS sealing_key (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  -- A JWK with its private part; once it was replaced a set of them, the newest first, the others with `until`.
  jwk      jsonb NOT NULL
);

-- Commands that were carried out, by the hash of actor and key, so that none is carried out twice.
CREATE TABLE IF NOT EXISTS done_command (
  key    text PRIMARY KEY,
  hash   text NOT NULL,
  done   timestamptz NOT NULL DEFAULT now(),
  answer jsonb
);
CREATE INDEX IF NOT EXISTS done_command_by_time ON done_command (done);
CREATE INDEX IF NOT EXISTS done_command_by_record ON done_command ((answer->>'id'));

-- What was loaded at the beginning, so that it is loaded once.
CREATE TABLE IF NOT EXISTS loaded (
  what text PRIMARY KEY,
  at   timestamptz NOT NULL DEFAULT now()
);

-- The contract's names. "…Ms" are sort keys: fields of no type, so nobody sees them.
CREATE SCHEMA IF NOT EXISTS contract;

CREATE OR REPLACE VIEW contract.organization AS
SELECT
  id, split_part(id, ':', 1) AS "platformCode", org_name AS name, org_kind AS kind,
  org_level AS level, area_code AS "placeCode", belongs_to AS "parentId",
  founded AS "foundedAt", unix_ms(founded) AS "foundedMs",
  changed AS "updatedAt", unix_ms(changed) AS "updatedMs",
  chair AS "chairName", pledge AS commitment
FROM union_org;

CREATE OR REPLACE VIEW contract.station AS
SELECT
  id, split_part(id, ':', 1) AS "platformCode", point_name AS name, area_code AS "placeCode",
  run_by AS "organizationId", lat AS latitude, lon AS longitude,
  changed AS "updatedAt", unix_ms(changed) AS "updatedMs",
  street AS address, open_hours AS "openingHours"
FROM service_point;

CREATE OR REPLACE VIEW contract.service_request AS
SELECT
  id, split_part(id, ':', 1) AS "platformCode", subject AS title, category, came_by AS channel,
  state AS status, area_code AS "placeCode",
  filed AS "submittedAt", unix_ms(filed) AS "submittedMs",
  changed AS "updatedAt", unix_ms(changed) AS "updatedMs",
  handled_by AS "organizationId", moved_to AS "transferredToId",
  due AS "dueAt", unix_ms(due) AS "dueMs", resolved AS "resolvedAt", closed AS "closedAt",
  desk AS handler, watched AS supervised, times_reopened AS "reopenedCount", stars AS rating,
  found_overdue AS "overdueAt", reminded AS "remindedAt", times_reminded AS "remindedCount",
  levels_up AS "escalationLevel",
  masked_name(applicant) AS "maskedApplicantName",
  masked_phone(applicant_tel) AS "maskedApplicantPhone", simulated
FROM help_request;

CREATE OR REPLACE VIEW contract.request_step AS
SELECT
  request, line, what AS step, happened AS at, actor_kind AS "actorKind",
  from_state AS "from", to_state AS "to", stars AS rating, level, came_from AS "fromPlatform"
FROM help_request_log;

CREATE OR REPLACE VIEW contract.member AS
SELECT
  id, split_part(id, ':', 1) AS "platformCode",
  applied AS "appliedAt", unix_ms(applied) AS "appliedMs",
  changed AS "updatedAt", unix_ms(changed) AS "updatedMs",
  state AS status, kind, came_by AS channel, area_code AS "placeCode", org AS "organizationId",
  moved_to AS "transferredToId", joined AS "joinedAt",
  join_code AS "joinCodeId", firm_size AS "employerSize",
  masked_name(full_name) AS "maskedName", masked_phone(tel) AS "maskedPhone",
  masked_identity(identity) AS "maskedIdentityNumber", simulated
FROM membership;

CREATE OR REPLACE VIEW contract.family_member AS
SELECT membership, line, key, relation, masked_name(full_name) AS "maskedName"
FROM relative;

CREATE OR REPLACE VIEW contract.join_code AS
SELECT
  id, split_part(id, ':', 1) AS "platformCode", token, state AS status, area_code AS "placeCode",
  org AS "organizationId", issued AS "issuedAt", unix_ms(issued) AS "issuedMs",
  changed AS "updatedAt", unix_ms(changed) AS "updatedMs", valid_until AS "validUntil",
  applications AS "applicationCount"
FROM join_code;

CREATE OR REPLACE VIEW contract.article AS
SELECT
  id, split_part(id, ':', 1) AS "platformCode",
  published AS "publishedAt", unix_ms(published) AS "publishedMs",
  changed AS "updatedAt", unix_ms(changed) AS "updatedMs",
  reads AS "readCount", headline AS title, section AS "column", lead_text AS summary,
  area_code AS "placeCode", org AS "organizationId",
  shares AS "shareCount", likes AS "likeCount", remarks AS "commentCount", simulated
FROM news;

CREATE OR REPLACE VIEW contract.comment AS
SELECT
  id, news AS "articleId", written AS at, unix_ms(written) AS "atMs", said AS text,
  masked_name(author) AS "maskedAuthor"
FROM news_remark;

CREATE OR REPLACE VIEW contract.media_channel AS
SELECT id, title AS name, kind AS channel, followers AS "followerCount"
FROM account;
