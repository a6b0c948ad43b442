/** The plain oracle: the same API over arrays in memory, filtered and sorted by the rules as written, with nothing of the product's code. Long, because it says every rule a second time. */
import {
  divisionChildren,
  divisionPath,
  divisions,
  platformByCode,
  platforms,
} from '@onenet/platforms';
import type { ReferenceRecord } from '@onenet/platforms';
import { execute, parse } from 'graphql';
import type { ExecutionResult, GraphQLFieldResolver, GraphQLSchema } from 'graphql';

type Row = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly platformCode: string;
};
type Arguments = Readonly<Record<string, unknown>>;

/** Answers an operation from the records alone. */
export function makeOracle(schema: GraphQLSchema, records: readonly ReferenceRecord[]) {
  const rows = records.map(toRow);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const ofType = (type: string) => rows.filter((row) => row['__typename'] === type);
  const resolver: GraphQLFieldResolver<Row, unknown, Arguments> = (
    source,
    args,
    _context,
    info,
  ) => {
    const { fieldName } = info;
    const parent = info.parentType.name;
    const list = lists[fieldName];
    if (list && parent !== 'Article') {
      return connection(ofType(list).filter(belongsTo(parent, source)), list, args);
    }
    const single = singles[fieldName];
    if (parent === 'Query' && single) {
      const row = byId.get(String(args['id']));
      return row?.['__typename'] === single ? row : null;
    }
    return special(parent, fieldName, source, args, byId);
  };
  return (query: string, variableValues: Record<string, unknown>): ExecutionResult => {
    const result = execute({
      schema,
      document: parse(query),
      variableValues,
      rootValue: {},
      fieldResolver: resolver as GraphQLFieldResolver<unknown, unknown>,
    });
    if (result instanceof Promise) throw new Error('The oracle has nothing to wait for.');
    return result;
  };
}

const lists: Readonly<Record<string, string>> = {
  organizations: 'Organization',
  stations: 'Station',
  serviceRequests: 'ServiceRequest',
  members: 'Member',
  articles: 'Article',
};
const singles: Readonly<Record<string, string>> = {
  organization: 'Organization',
  station: 'Station',
  serviceRequest: 'ServiceRequest',
  member: 'Member',
  article: 'Article',
};
const references: Readonly<Record<string, string>> = {
  parent: 'parentId',
  organization: 'organizationId',
  transferredTo: 'transferredToId',
};

/** Which rows a list starts from: everybody's, a platform's, a division's, an organization's. */
function belongsTo(parent: string, source: Row): (row: Row) => boolean {
  const alive = (row: Row) => row['status'] !== 'TRANSFERRED';
  if (parent === 'Platform') return (row) => alive(row) && row.platformCode === source['code'];
  if (parent === 'Division') return (row) => alive(row) && isWithin(row, source['code']);
  if (parent === 'Organization') {
    return (row) =>
      alive(row) && row.platformCode === source.platformCode && row['organizationId'] === source.id;
  }
  return alive;
}

function isWithin(row: Row, code: unknown): boolean {
  return divisionPath(String(row['placeCode'])).includes(String(code));
}

function special(
  parent: string,
  field: string,
  source: Row,
  args: Arguments,
  byId: ReadonlyMap<string, Row>,
): unknown {
  const idField = references[field];
  if (idField && parent !== 'Division' && parent !== 'Platform')
    return byId.get(String(source[idField])) ?? null;
  if (field === 'place') return division(source['placeCode']);
  if (field === 'platform') return platform(source.platformCode ?? args['code']);
  if (field === 'division') return division(args['code']);
  if (parent === 'Division' && field === 'parent')
    return division(divisions.get(String(source['code']))?.parent);
  if (parent === 'Division' && field === 'path')
    return divisionPath(String(source['code'])).map(division);
  if (parent === 'Division' && field === 'children')
    return divisionChildren(String(source['code'])).map(({ code }) => division(code));
  if (parent === 'Platform' && field === 'parent') return platform(source['parentCode']);
  if (parent === 'Platform' && field === 'children') {
    return platforms
      .filter((each) => each.parent === source['code'])
      .map(({ code }) => platform(code));
  }
  if (field === 'history' && args['newest'] != null)
    return (source['history'] as unknown[]).slice(-Number(args['newest']));
  if (parent === 'Article' && field === 'comments')
    return connection(source['comments'] as Row[], 'Comment', args);
  return source[field] ?? null;
}

function division(code: unknown): unknown {
  return divisions.get(String(code)) ?? null;
}

function platform(code: unknown): unknown {
  const found = platformByCode(String(code));
  return found ? { ...found, parentCode: found.parent } : null;
}

/** One page of a list: filter, sort, cut. A cursor is the index in the whole list. */
function connection(from: readonly Row[], type: string, args: Arguments): unknown {
  const near = args['near'] as Near | null | undefined;
  const measured = near ? from.map((row) => ({ ...row, distanceMetres: metres(near, row) })) : from;
  const kept = measured
    .filter((row) => !near || Number(row['distanceMetres']) <= near.withinMetres)
    .filter(matches((args['filter'] as Arguments | null) ?? {}));
  const rows = sort(kept, type, args['orderBy'] as { field: string; direction: string } | null);
  const backward = args['last'] != null || args['before'] != null;
  const size = Number((backward ? args['last'] : args['first']) ?? 20);
  const after = args['after'] == null ? -1 : Number(args['after']);
  const before = args['before'] == null ? rows.length : Number(args['before']);
  const start = backward ? Math.max(0, before - size) : after + 1;
  const end = backward ? before : Math.min(rows.length, start + size);
  const edges = rows.slice(start, end).map((node, i) => ({ node, cursor: String(start + i) }));
  return {
    edges,
    totalCount: rows.length,
    pageInfo: {
      hasNextPage: end < rows.length,
      hasPreviousPage: start > 0 && rows.length > 0,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

const orders: Readonly<Record<string, readonly [field: string, direction: string]>> = {
  Organization: ['NAME', 'ASC'],
  Station: ['NAME', 'ASC'],
  ServiceRequest: ['SUBMITTED_AT', 'DESC'],
  Member: ['APPLIED_AT', 'DESC'],
  Article: ['PUBLISHED_AT', 'DESC'],
  Comment: ['AT', 'ASC'],
};
const orderFields: Readonly<Record<string, string>> = {
  NAME: 'name',
  TITLE: 'title',
  CATEGORY: 'category',
  FOUNDED_AT: 'foundedAt',
  UPDATED_AT: 'updatedAt',
  SUBMITTED_AT: 'submittedAt',
  APPLIED_AT: 'appliedAt',
  PUBLISHED_AT: 'publishedAt',
  READ_COUNT: 'readCount',
  DISTANCE: 'distanceMetres',
  AT: 'at',
};

function sort(
  rows: readonly Row[],
  type: string,
  orderBy: { field: string; direction: string } | null | undefined,
): Row[] {
  const [field, direction] = orderBy ? [orderBy.field, orderBy.direction] : (orders[type] ?? []);
  const key = orderFields[field ?? ''] ?? '';
  const sign = direction === 'DESC' ? -1 : 1;
  return rows.toSorted((a, b) => sign * (compare(a[key], b[key]) || compare(a.id, b.id)));
}

/** Numbers by value, all other by code point, one at a time. Times are ISO texts in UTC, which sort as they stand. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const left = Array.from(String(a), (char) => char.codePointAt(0) ?? 0);
  const right = Array.from(String(b), (char) => char.codePointAt(0) ?? 0);
  for (const [i, point] of left.entries()) {
    const other = right[i];
    if (other === undefined) return 1;
    if (point !== other) return point - other;
  }
  return left.length - right.length;
}

function matches(filter: Arguments): (row: Row) => boolean {
  const tests = Object.entries(filter).filter(([, value]) => value != null);
  return (row) => tests.every(([name, value]) => matchesOne(row, name, value));
}

const plural: Readonly<Record<string, string>> = {
  kinds: 'kind',
  statuses: 'status',
  categories: 'category',
  channels: 'channel',
  platforms: 'platformCode',
};

function matchesOne(row: Row, name: string, value: unknown): boolean {
  const field = plural[name];
  if (field) return (value as unknown[]).includes(row[field]);
  if (name === 'place') return isWithin(row, value);
  // The data set has nothing that is on its way.
  if (name === 'inTransfer') return value === false;
  if (name === 'escalationAtLeast') return Number(row['escalationLevel']) >= Number(value);
  if (name === 'nameContains') return String(row['name']).includes(String(value));
  if (name === 'titleContains') return String(row['title']).includes(String(value));
  const bound = /^(submitted|applied|published)(From|To)$/.exec(name);
  if (bound) {
    const at = Date.parse(String(row[`${bound[1]}At`]));
    const limit = Date.parse(String(value));
    return bound[2] === 'From' ? at >= limit : at < limit;
  }
  if (name === 'ratingAtMost') {
    return typeof row['rating'] === 'number' && row['rating'] <= Number(value);
  }
  if (name === 'overdueNow') {
    const open = ['SUBMITTED', 'VERIFIED', 'DISPATCHED', 'ACCEPTED'].includes(
      String(row['status']),
    );
    return (
      (open && typeof row['dueAt'] === 'string' && Date.parse(row['dueAt']) < Date.now()) === value
    );
  }
  return row[name] === value;
}

interface Near {
  readonly latitude: number;
  readonly longitude: number;
  readonly withinMetres: number;
}

function metres(from: Near, to: Row): number {
  const rad = (degrees: unknown) => (Number(degrees) * Math.PI) / 180;
  const h =
    Math.sin(rad(Number(to['latitude']) - from.latitude) / 2) ** 2 +
    Math.cos(rad(from.latitude)) *
      Math.cos(rad(to['latitude'])) *
      Math.sin(rad(Number(to['longitude']) - from.longitude) / 2) ** 2;
  return Math.round(2 * 6_378_100 * Math.asin(Math.sqrt(h)));
}

/** A record as the API shows it: times as ISO texts, personal values masked, steps as their types. */
function toRow(record: ReferenceRecord): Row {
  const row: Record<string, unknown> = { ...record, __typename: record.type };
  for (const [name, value] of Object.entries(row))
    if (value instanceof Date) row[name] = value.toISOString();
  if (record.type === 'ServiceRequest') {
    const { dueAt, resolvedAt, status } = record;
    row['overdue'] =
      dueAt === null || status === 'TRANSFERRED' ? null : +(resolvedAt ?? Date.now()) > +dueAt;
    row['maskedApplicantName'] = mask(record.applicantName);
    row['feedbackCount'] = record.history.filter(({ step }) => step === 'FEEDBACK').length;
    row['history'] = record.history.map(({ step, at, ...rest }) => ({
      ...rest,
      at: at.toISOString(),
      __typename: stepTypes[step],
    }));
  }
  if (record.type === 'Member') row['maskedName'] = mask(record.name);
  if (record.type === 'Article') {
    row['comments'] = record.comments.map((each) => ({
      ...each,
      at: each.at.toISOString(),
      maskedAuthor: mask(each.author),
    }));
  }
  return row as Row;
}

const stepTypes = {
  STATUS: 'RequestStatusStep',
  FEEDBACK: 'RequestFeedbackStep',
  RATING: 'RequestRatingStep',
  SUPERVISION: 'RequestSupervisionStep',
  REMINDER: 'RequestReminderStep',
  OVERDUE: 'RequestOverdueStep',
  ESCALATION: 'RequestEscalationStep',
  TRANSFER: 'RequestTransferStep',
} as const;

/** The first character, the rest as `*`. */
function mask(name: string | null): string | null {
  if (name === null) return null;
  const [first = '', ...rest] = name;
  return first + '*'.repeat(rest.length);
}
