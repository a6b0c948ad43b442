-- Puts the staged lines (incoming: n, line) where they belong: records into our tables, events into
-- the sidecar's outbox. Each line is {"record": {…}} or {"event": {…}}, the last one {"end": n}.
-- Records of a kind that we do not offer are passed over.

CREATE TEMPORARY VIEW record AS
SELECT n, line -> 'record' AS r, line #>> '{record,type}' AS type
FROM incoming WHERE line ? 'record';

INSERT INTO union_org
SELECT r ->> 'id', r ->> 'name', r ->> 'kind', (r ->> 'level')::smallint, r ->> 'placeCode',
  r ->> 'parentId', (r ->> 'foundedAt')::timestamptz, (r ->> 'updatedAt')::timestamptz,
  r ->> 'chairName', r ->> 'commitment'
FROM record WHERE type = 'Organization';

INSERT INTO service_point
SELECT r ->> 'id', r ->> 'name', r ->> 'placeCode', r ->> 'organizationId',
  (r ->> 'latitude')::float8, (r ->> 'longitude')::float8, (r ->> 'updatedAt')::timestamptz,
  r ->> 'address', r ->> 'openingHours'
FROM record WHERE type = 'Station';

INSERT INTO help_request (id, subject, category, came_by, state, area_code, filed, changed,
  handled_by, moved_to, due, resolved, closed, desk, watched, times_reopened, stars, simulated,
  found_overdue, reminded, times_reminded, levels_up, clock_took_up, applicant, applicant_tel, details, applicant_ref)
SELECT r ->> 'id', r ->> 'title', r ->> 'category', r ->> 'channel', r ->> 'status',
  r ->> 'placeCode', (r ->> 'submittedAt')::timestamptz, (r ->> 'updatedAt')::timestamptz,
  r ->> 'organizationId', r ->> 'transferredToId', (r ->> 'dueAt')::timestamptz,
  (r ->> 'resolvedAt')::timestamptz,
  -- The last step that closed it, unless it is open again.
  CASE WHEN r ->> 'status' IN ('RESOLVED', 'REJECTED', 'RATED') THEN (
    SELECT (step ->> 'at')::timestamptz
    FROM jsonb_array_elements(r -> 'history') WITH ORDINALITY AS steps (step, place)
    WHERE step ->> 'step' = 'STATUS' AND step ->> 'to' IN ('RESOLVED', 'REJECTED')
    ORDER BY place DESC LIMIT 1
  ) END,
  r ->> 'handler', (r ->> 'supervised')::boolean, (r ->> 'reopenedCount')::int,
  (r ->> 'rating')::smallint, (r ->> 'simulated')::boolean,
  (r ->> 'overdueAt')::timestamptz, (r ->> 'remindedAt')::timestamptz,
  coalesce((r ->> 'remindedCount')::int, 0), coalesce((r ->> 'escalationLevel')::smallint, 0),
  EXISTS (
    SELECT FROM jsonb_array_elements(r -> 'history') AS step
    WHERE step ->> 'step' = 'ESCALATION' AND step ->> 'actorKind' = 'SYSTEM'
      AND (step ->> 'at')::timestamptz >= (r ->> 'overdueAt')::timestamptz
  ),
  r ->> 'applicantName', r ->> 'applicantPhone', r ->> 'description', r ->> 'person'
FROM record WHERE type = 'ServiceRequest';

INSERT INTO help_request_log (request, what, happened, actor_kind, from_state, to_state, stars, level,
  came_from, said)
SELECT r ->> 'id', step ->> 'step', (step ->> 'at')::timestamptz, step ->> 'actorKind',
  step ->> 'from', step ->> 'to', (step ->> 'rating')::smallint, (step ->> 'level')::smallint,
  step ->> 'fromPlatform', step ->> 'text'
FROM record, jsonb_array_elements(r -> 'history') WITH ORDINALITY AS steps (step, place)
WHERE type = 'ServiceRequest'
ORDER BY n, place;

INSERT INTO join_code (id, token, state, area_code, org, issued, changed, valid_until, applications)
SELECT r ->> 'id', f ->> 'token', f ->> 'status', f ->> 'placeCode', f ->> 'organizationId',
  (f ->> 'issuedAt')::timestamptz, (r ->> 'updatedAt')::timestamptz, (f ->> 'validUntil')::timestamptz,
  coalesce((f ->> 'applicationCount')::int, 0)
FROM (SELECT r, r -> 'fields' AS f FROM record WHERE type = 'Record' AND r ->> 'of' = 'JoinCode') AS codes;

INSERT INTO membership (id, applied, changed, state, kind, came_by, area_code, org, moved_to, joined, simulated,
  join_code, firm_size, full_name, tel, identity, person_ref)
SELECT r ->> 'id', (r ->> 'appliedAt')::timestamptz, (r ->> 'updatedAt')::timestamptz,
  r ->> 'status', r ->> 'kind', r ->> 'channel', r ->> 'placeCode', r ->> 'organizationId',
  r ->> 'transferredToId', (r ->> 'joinedAt')::timestamptz, (r ->> 'simulated')::boolean,
  (SELECT id FROM join_code WHERE id = r ->> 'joinCodeId'), (r ->> 'employerSize')::int,
  r ->> 'name', r ->> 'phone', r ->> 'identityNumber', r ->> 'person'
FROM record WHERE type = 'Member';

INSERT INTO relative (membership, key, relation, full_name)
SELECT r ->> 'id', each ->> 'key', each ->> 'relation', each ->> 'name'
FROM record, jsonb_array_elements(coalesce(nullif(r -> 'family', 'null'), '[]')) WITH ORDINALITY AS members (each, place)
WHERE type = 'Member'
ORDER BY n, place;

INSERT INTO news
SELECT r ->> 'id', r ->> 'title', r ->> 'column', r ->> 'summary', r ->> 'placeCode',
  r ->> 'organizationId', (r ->> 'publishedAt')::timestamptz, (r ->> 'updatedAt')::timestamptz,
  (r ->> 'readCount')::int, (r ->> 'shareCount')::int, (r ->> 'likeCount')::int,
  (r ->> 'commentCount')::int, (r ->> 'simulated')::boolean
FROM record WHERE type = 'Article';

INSERT INTO news_remark
SELECT (r ->> 'id') || '-' || (remark ->> 'id'), r ->> 'id', (remark ->> 'at')::timestamptz,
  remark ->> 'text', remark ->> 'author'
FROM record, jsonb_array_elements(r -> 'comments') AS remark
WHERE type = 'Article';

INSERT INTO account
SELECT r ->> 'id', r ->> 'name', r ->> 'channel', (r ->> 'followerCount')::int
FROM record WHERE type = 'MediaChannel';

INSERT INTO onenet.outbox (id, type, time, data, person)
SELECT e ->> 'id', e ->> 'type', (e ->> 'time')::timestamptz, e -> 'data', e ->> 'person'
FROM (SELECT n, line -> 'event' AS e FROM incoming WHERE line ? 'event') AS events
ORDER BY n;

DROP VIEW record;

-- What was loaded is not what the planner knew.
ANALYZE;
