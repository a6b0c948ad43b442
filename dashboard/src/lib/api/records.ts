/** What the owners answer through the contract: requests, supervision, organizations, stations, articles; no personal fields. Long, because they are of one form. */
import { ask, type Answer } from './client.ts';
import { list, nullable, number, object, text, truth, type Read, type Reads } from './read.ts';

const place = nullable(object({ code: text, name: text }));

const absence = object({ platform: text, reason: text });

export const completeness = object({
  asked: number,
  answered: number,
  notAsked: list(absence),
  missing: list(absence),
  asOf: text,
});
export type Completeness = Reads<typeof completeness>;

const serviceRequest = object({
  id: text,
  platformCode: text,
  title: text,
  category: text,
  channel: text,
  status: text,
  placeCode: text,
  place,
  submittedAt: text,
  dueAt: nullable(text),
  overdue: nullable(truth),
  supervised: nullable(truth),
  escalationLevel: nullable(number),
});
export type ServiceRequest = Reads<typeof serviceRequest>;

const supervision = object({
  id: text,
  platformCode: text,
  askedAt: text,
  status: nullable(text),
  subject: nullable(text),
  office: nullable(text),
  metric: nullable(text),
  value: nullable(number),
  question: nullable(text),
  dueAt: nullable(text),
  answer: nullable(text),
  result: nullable(text),
  answeredAt: nullable(text),
  overdue: nullable(truth),
  request: nullable(object({ id: text, title: text })),
});
export type Supervision = Reads<typeof supervision>;

const organization = object({
  id: text,
  platformCode: text,
  name: text,
  kind: text,
  level: number,
  placeCode: text,
  place,
  chairName: nullable(text),
  commitment: nullable(text),
});
export type Organization = Reads<typeof organization>;

const station = object({
  id: text,
  platformCode: text,
  name: text,
  placeCode: text,
  place,
  address: nullable(text),
  openingHours: nullable(text),
});
export type Station = Reads<typeof station>;

const article = object({
  id: text,
  platformCode: text,
  publishedAt: text,
  readCount: number,
  title: nullable(text),
  column: nullable(text),
  shareCount: nullable(number),
  likeCount: nullable(number),
  commentCount: nullable(number),
});
export type Article = Reads<typeof article>;

/** A page of a gathered list. */
export interface Page<T> {
  readonly rows: readonly T[];
  /** Null while an owner is missing, or where nobody counted. */
  readonly totalCount: number | null;
  readonly knownCount: number | null;
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
  readonly completeness: Completeness | null;
}

/** Whose records: one platform's, what lies within a place, both, or everybody's. */
export interface RecordScope {
  readonly platforms?: readonly string[];
  readonly place?: string;
  /** Of requests only. */
  readonly categories?: readonly string[];
  readonly channels?: readonly string[];
}

const pageFields = /* GraphQL */ `
  totalCount knownCount
  pageInfo { hasNextPage endCursor }
  completeness { asked answered notAsked { platform reason } missing { platform reason } asOf }
`;

/** Which requests: all, or what a leader looks after. What is in transfer stands in no other list. */
export const requestFilters = {
  ALL: {},
  OVERDUE: { overdueNow: true },
  ESCALATED: { escalationAtLeast: 1 },
  SUPERVISED: { supervised: true },
  IN_TRANSFER: { inTransfer: true },
} as const;
export type RequestFilter = keyof typeof requestFilters;

export function askServiceRequests(
  scope: RecordScope,
  which: RequestFilter,
  after: string | null,
  signal: AbortSignal,
): Promise<Answer<Page<ServiceRequest>>> {
  const document = /* GraphQL */ `
    query ServiceRequests($filter: ServiceRequestFilter, $after: String) {
      page: serviceRequests(filter: $filter, first: 10, after: $after) {
        edges {
          node {
            id platformCode title category channel status placeCode place { code name }
            submittedAt dueAt overdue supervised escalationLevel
          }
        }
        ${pageFields}
      }
    }
  `;
  const filter = { ...scope, ...requestFilters[which] };
  return askPage(document, filter, after, serviceRequest, signal);
}

/** Which supervisions; what is not given is any. */
export interface SupervisionFilter {
  readonly platforms?: readonly string[];
  readonly place?: string;
  readonly requestId?: string;
  readonly metric?: string;
  readonly statuses?: readonly string[];
  readonly overdueNow?: boolean;
  readonly subjects?: readonly ('REQUEST' | 'FIGURE')[];
}

/** Newest first. */
export function askSupervisions(
  filter: SupervisionFilter,
  after: string | null,
  signal: AbortSignal,
): Promise<Answer<Page<Supervision>>> {
  const document = /* GraphQL */ `
    query Supervisions($filter: SupervisionFilter, $after: String) {
      page: supervisions(filter: $filter, first: 10, after: $after) {
        edges {
          node {
            id platformCode askedAt status subject office metric value question dueAt
            answer result answeredAt overdue request { id title }
          }
        }
        ${pageFields}
      }
    }
  `;
  return askPage(document, filter, after, supervision, signal);
}

export function askOrganizations(
  scope: RecordScope,
  after: string | null,
  signal: AbortSignal,
): Promise<Answer<Page<Organization>>> {
  const document = /* GraphQL */ `
    query Organizations($filter: OrganizationFilter, $after: String) {
      page: organizations(filter: $filter, first: 10, after: $after) {
        edges { node { id platformCode name kind level placeCode place { code name } chairName commitment } }
        ${pageFields}
      }
    }
  `;
  return askPage(document, scope, after, organization, signal);
}

export function askStations(
  scope: RecordScope,
  after: string | null,
  signal: AbortSignal,
): Promise<Answer<Page<Station>>> {
  const document = /* GraphQL */ `
    query Stations($filter: StationFilter, $after: String) {
      page: stations(filter: $filter, first: 10, after: $after) {
        edges { node { id platformCode name placeCode place { code name } address openingHours } }
        ${pageFields}
      }
    }
  `;
  return askPage(document, scope, after, station, signal);
}

/** The first is the default. */
export const articleOrders = ['READ_COUNT', 'PUBLISHED_AT'] as const;
export type ArticleOrder = (typeof articleOrders)[number];

/** The most read, or the newest, first. */
export function askArticles(
  scope: RecordScope & { readonly column?: string },
  order: ArticleOrder,
  after: string | null,
  signal: AbortSignal,
): Promise<Answer<Page<Article>>> {
  const document = /* GraphQL */ `
    query Articles($filter: ArticleFilter, $after: String) {
      page: articles(filter: $filter, orderBy: { field: ${order}, direction: DESC }, first: 10, after: $after) {
        edges {
          node { id platformCode publishedAt readCount title column shareCount likeCount commentCount }
        }
        ${pageFields}
      }
    }
  `;
  return askPage(document, scope, after, article, signal);
}

async function askPage<T>(
  document: string,
  filter: object,
  after: string | null,
  node: Read<T>,
  signal: AbortSignal,
): Promise<Answer<Page<T>>> {
  const shape = object({
    page: object({
      edges: list(object({ node })),
      totalCount: nullable(number),
      knownCount: nullable(number),
      pageInfo: object({ hasNextPage: truth, endCursor: nullable(text) }),
      completeness: nullable(completeness),
    }),
  });
  const answer = await ask(document, { filter, after }, shape, signal);
  const { edges, pageInfo, ...page } = answer.data.page;
  const rows = edges.map((edge) => edge.node);
  return { ...answer, data: { ...page, ...pageInfo, rows } };
}
