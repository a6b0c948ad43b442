/** Which grants and applications somebody may read: newest first, page by page. */
import { NetError } from '@onenet/contract';
import type { Filter } from 'mongodb';
import {
  type ApplicationDocument,
  type DecisionStatus,
  type GrantDocument,
  type GrantStatus,
} from './grant.ts';
import { sees, type Party } from './party.ts';
import { unknownGrant, type GrantStore } from './store.ts';

export interface GrantsFilter {
  readonly client?: string | null | undefined;
  readonly platform?: string | null | undefined;
  readonly statuses?: readonly GrantStatus[] | null | undefined;
}

export interface ApplicationsFilter {
  readonly client?: string | null | undefined;
  /** Asked by it. */
  readonly platform?: string | null | undefined;
  /** A platform that is asked (this one, where one is given) stands so. */
  readonly statuses?: readonly DecisionStatus[] | null | undefined;
  /** True: past the deadline with a platform undecided; false: the rest. */
  readonly overdue?: boolean | null | undefined;
}

export interface PageOf {
  /** From 1 to `mostOfPage`; 50 when absent. */
  readonly first?: number | null | undefined;
  /** Those before this id. */
  readonly after?: string | null | undefined;
}

export interface Page<T> {
  readonly nodes: readonly T[];
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

const mostOfPage = 200;

/** The grants that a party may see. */
export async function listGrants(
  { grants }: GrantStore,
  { client, platform, statuses }: GrantsFilter,
  page: PageOf,
  party: Party,
): Promise<Page<GrantDocument>> {
  const parts: Filter<GrantDocument>[] = [];
  if (party.reach === 'OWN') parts.push(ofParty(party, 'platform'));
  if (client != null) parts.push({ client });
  if (platform != null) parts.push({ platform });
  if (statuses != null) parts.push({ status: { $in: statuses } });
  return await paged(page, parts, (filter, limit) =>
    grants.find(filter).sort({ _id: -1 }).limit(limit).toArray(),
  );
}

/** The applications that a party may see; a platform's team sees of each what concerns its platform. */
export async function listApplications(
  { applications }: GrantStore,
  { client, platform, statuses, overdue }: ApplicationsFilter,
  page: PageOf,
  party: Party,
): Promise<Page<ApplicationDocument>> {
  const parts: Filter<ApplicationDocument>[] = [];
  if (party.reach === 'OWN') parts.push(ofParty(party, 'decisions.platform'));
  if (client != null) parts.push({ client });
  const at = platform ?? (party.reach === 'OWN' ? party.platform : null);
  const ofDecision = {
    ...(at !== null && { platform: at }),
    ...(statuses != null && { status: { $in: statuses } }),
  };
  if (Object.keys(ofDecision).length > 0) parts.push({ decisions: { $elemMatch: ofDecision } });
  if (overdue != null) {
    const undecided = { ...(at !== null && { platform: at }), status: 'SUBMITTED' as const };
    const late = { dueAt: { $lte: new Date() }, decisions: { $elemMatch: undecided } };
    parts.push(overdue ? late : { $nor: [late] });
  }
  const found = await paged(page, parts, (filter, limit) =>
    applications.find(filter).sort({ _id: -1 }).limit(limit).toArray(),
  );
  return { ...found, nodes: found.nodes.map((each) => seenBy(each, party)) };
}

/** One grant; what the party may not see is not there. */
export async function findGrant(
  { grants }: GrantStore,
  id: string,
  party: Party,
): Promise<GrantDocument> {
  const grant = await grants.findOne({ _id: id });
  if (grant && sees(party, grant.client, grant.platform)) return grant;
  throw unknownGrant(id);
}

/** One application; what the party may not see is not there. */
export async function findApplication(
  { applications }: GrantStore,
  id: string,
  party: Party,
): Promise<ApplicationDocument> {
  const found = await applications.findOne({ _id: id });
  const seen = found && seenBy(found, party);
  if (seen && seen.decisions.length > 0) return seen;
  throw new NetError('NOT_FOUND', `There is no application "${id.slice(0, 40)}".`);
}

/** How other platforms decided is between them and the client. */
function seenBy(application: ApplicationDocument, party: Party): ApplicationDocument {
  const { client } = application;
  const decisions = application.decisions.filter(({ platform }) => sees(party, client, platform));
  return { ...application, decisions };
}

function ofParty({ client, platform }: Party, field: string): object {
  const own = [
    ...(client === null ? [] : [{ client }]),
    ...(platform === null ? [] : [{ [field]: platform }]),
  ];
  // Who speaks for nobody sees nothing.
  return own.length > 0 ? { $or: own } : { _id: '' };
}

async function paged<T extends { readonly _id: string }>(
  { first, after }: PageOf,
  parts: readonly Filter<T>[],
  read: (filter: Filter<T>, limit: number) => Promise<T[]>,
): Promise<Page<T>> {
  const most = first ?? 50;
  if (!(most >= 1 && most <= mostOfPage)) {
    throw new NetError('BAD_INPUT', `\`first: ${most}\` is out of range: from 1 to ${mostOfPage}.`);
  }
  const all = after == null ? parts : [...parts, { _id: { $lt: cursor(after) } } as Filter<T>];
  const found = await read(all.length > 0 ? ({ $and: all } as Filter<T>) : {}, most + 1);
  const nodes = found.slice(0, most);
  return { nodes, hasNextPage: found.length > most, endCursor: nodes.at(-1)?._id ?? null };
}

function cursor(text: string): string {
  if (/^[0-9a-f]{24}$/.test(text)) return text;
  throw new NetError('BAD_CURSOR', `"${text.slice(0, 40)}" is no \`endCursor\` of this list.`);
}
