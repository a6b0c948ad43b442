/** Counts people without naming them: whose first event of the period is this one? */
import { createHmac } from 'node:crypto';
import { eventTypes } from '@onenet/contract';
import type { EventType, Firsts } from '@onenet/contract';
import type { OutboxEntry } from './entry.ts';
import { dayMs, longestPeriodDays, periodKinds, periodsOf } from './periods.ts';
import type { PeriodKind } from './periods.ts';
import type { Claim, FeedStore } from './store.ts';

export interface FirstsOptions {
  readonly personKey: string | Buffer;
  /** Of an event that is numbered later than this after it happened, persons are not counted. */
  readonly maxAgeDays: number;
}

/** Claims expire this long after the last event that could ask for them: clocks differ. */
const marginDays = 2;

/**
 * The `firsts` of those entries that name a person, by entry id. A claim holds the id of the event
 * that made it, so the answer is the same when a crash has this done again.
 */
export async function claimFirsts(
  store: Pick<FeedStore, 'claimHolders' | 'addClaims'>,
  entries: readonly OutboxEntry[],
  now: Date,
  options: FirstsOptions,
): Promise<ReadonlyMap<string, Firsts>> {
  const named = entries.filter((entry) => entry.person !== undefined);
  if (named.length === 0) return new Map();

  const keysOf = new Map(named.map((entry) => [entry._id, claimKeys(entry, options.personKey)]));
  const isLate = (entry: OutboxEntry): boolean =>
    now.getTime() - entry.time.getTime() > options.maxAgeDays * dayMs;

  const keys = new Set([...keysOf.values()].flatMap((byKind) => Object.values(byKind)));
  let holders = await store.claimHolders([...keys]);
  const wanted = new Map<string, Claim>();
  for (const entry of named) {
    if (isLate(entry)) continue;
    for (const claim of claimsOf(entry, keysOf.get(entry._id), options.maxAgeDays)) {
      if (!holders.has(claim.key) && !wanted.has(claim.key)) wanted.set(claim.key, claim);
    }
  }
  if (wanted.size > 0) {
    const allTaken = await store.addClaims([...wanted.values()]);
    // Another sequencer was faster with some: what the store now says is what holds.
    const added = allTaken
      ? Array.from(wanted.values(), ({ key, event }) => [key, event] as const)
      : await store.claimHolders([...wanted.keys()]);
    holders = new Map([...holders, ...added]);
  }

  const firsts = new Map<string, Firsts>();
  for (const entry of named) {
    const own = firstsOf(entry, keysOf.get(entry._id), holders);
    // Late, and nothing claimed before a crash either: not zero people, but unknown.
    if (isLate(entry) && Object.values(own).every((first) => first === 0)) continue;
    firsts.set(entry._id, own);
  }
  return firsts;
}

type KeysByKind = Readonly<Record<PeriodKind, string>>;

/**
 * `<measure> <period> <keyed person>`. One measure over all types that count these people, so that
 * the sum of `firsts` over them is their number; what is simulated counts apart.
 */
function claimKeys(entry: OutboxEntry, personKey: string | Buffer): KeysByKind {
  const { people }: EventType = eventTypes[entry.type];
  const measure = entry.data.simulated === true ? `${people}/simulated` : people;
  const person = keyedPerson(personKey, entry.person ?? '');
  const periods = periodsOf(entry.time);
  const key = (kind: PeriodKind): string => `${measure} ${periods[kind]} ${person}`;
  return {
    day: key('day'),
    week: key('week'),
    month: key('month'),
    quarter: key('quarter'),
    year: key('year'),
  };
}

/** A person as claims name them. */
export function keyedPerson(personKey: string | Buffer, person: string): string {
  return createHmac('sha256', personKey).update(person).digest('base64url');
}

function claimsOf(entry: OutboxEntry, keys: KeysByKind | undefined, maxAgeDays: number): Claim[] {
  if (keys === undefined) return [];
  return periodKinds.map((kind) => ({
    key: keys[kind],
    event: entry._id,
    expires: new Date(
      entry.time.getTime() + (longestPeriodDays[kind] + maxAgeDays + marginDays) * dayMs,
    ),
  }));
}

function firstsOf(
  entry: OutboxEntry,
  keys: KeysByKind | undefined,
  holders: ReadonlyMap<string, string>,
): Firsts {
  const first = (kind: PeriodKind): number =>
    keys !== undefined && holders.get(keys[kind]) === entry._id ? 1 : 0;
  return {
    day: first('day'),
    week: first('week'),
    month: first('month'),
    quarter: first('quarter'),
    year: first('year'),
  };
}
