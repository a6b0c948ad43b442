/** Whose events a figure is made of, and how complete it is: which feeds are in, and up to when. */
import { divisionContains } from '@onenet/contract';
import type { NetOwner } from '@onenet/contract';
import type { KnownOwner } from './ingest/directories.ts';
import type { FeedStatus } from './ingest/status.ts';

/** What a figure says of its own completeness. */
export interface Freshness {
  readonly asOf: string;
  readonly answered: number;
  readonly asked: number;
  readonly behind: readonly string[];
}

/** Where a question looks: platforms by code, and a place. Undefined: everywhere. */
export interface Where {
  readonly platforms?: readonly string[] | undefined;
  readonly place?: string | undefined;
}

/** An owner as far as answers speak of it. */
type Owner = KnownOwner & Pick<NetOwner, 'connection'>;

/** How the feeds stand: now, or as they stood at a state that is asked for again. */
export interface Feeds {
  /** UTC ms of that state; absent: now. */
  readonly atMs?: number;
  currentEpochs(): Map<string, number>;
  netOwners(): readonly Owner[];
  statuses(): readonly Pick<FeedStatus, 'platform' | 'state' | 'completeTo'>[];
}

/** The current epoch of every platform in scope: what the queries filter to. */
export function epochsIn(ingest: Feeds, where: Where): Map<string, number> {
  const epochs = ingest.currentEpochs();
  if (!where.platforms) return epochs;
  const named = new Set(where.platforms);
  return new Map([...epochs].filter(([code]) => named.has(code)));
}

/** The connected owners in scope. */
export function ownersIn(ingest: Feeds, where: Where): readonly Owner[] {
  return ingest
    .netOwners()
    .filter((owner) => owner.connection === 'CONNECTED' && isInScope(owner, where));
}

/** How fresh what is in scope is. A platform that never answered is not zero: it is not in. */
export function freshnessOf(ingest: Feeds, where: Where): Freshness {
  const inScope = new Set(ownersIn(ingest, where).map((owner) => owner.code));
  const statuses = ingest.statuses().filter((status) => inScope.has(status.platform));
  const fresh = statuses.filter((status) => status.state === 'OK' || status.state === 'QUIET');
  // Where nobody is fresh, what is known ends where the slowest of them stopped.
  const times = (fresh.length > 0 ? fresh : statuses).flatMap(({ completeTo }) =>
    completeTo === null ? [] : [completeTo],
  );
  const oldest = times.map((time) => Date.parse(time)).toSorted((a, b) => a - b)[0];
  return {
    asOf: new Date(oldest ?? ingest.atMs ?? Date.now()).toISOString(),
    answered: fresh.length,
    asked: statuses.length,
    behind: statuses.filter((status) => !fresh.includes(status)).map((status) => status.platform),
  };
}

/**
 * Whether nothing in scope was ever all in: first loads are on their way. What is counted by then counts; that there
 * is nothing of something, or less than before, nobody knows yet.
 */
export function isArriving(ingest: Feeds, where: Where): boolean {
  const inScope = new Set(ownersIn(ingest, where).map((owner) => owner.code));
  const statuses = ingest.statuses().filter((status) => inScope.has(status.platform));
  return statuses.length > 0 && statuses.every(({ completeTo }) => completeTo === null);
}

function isInScope(owner: Owner, { platforms, place }: Where): boolean {
  if (platforms && !platforms.includes(owner.code)) return false;
  if (place === undefined) return true;
  return owner.serves.some(
    (served) => divisionContains(served, place) || divisionContains(place, served),
  );
}
