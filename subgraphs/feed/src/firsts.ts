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
 *
 * A day is claimed before the longer periods that contain it, and these only by whoever has the day. So where
 * another event has it, these are claimed too, or will be, when that event is numbered at last: one key is
 * looked up, not five. Most events are of somebody who did something today already.
 */
export async function claimFirsts(
  store: Pick<FeedStore, 'claimHolders' | 'addClaims'>,
  entries: readonly OutboxEntry[],
  now: Date,
  options: FirstsOptions,
): Promise<ReadonlyMap<string, Firsts>> {
  const named = entries
    .filter((entry) => entry.person !== undefined)
    .map((entry): Named => {
      const isLate = now.getTime() - entry.time.getTime() > options.maxAgeDays * dayMs;
      return { entry, keys: claimKeys(entry, options.personKey), isLate };
    });
  if (named.length === 0) return new Map();

  const days = await held(store, named, ['day'], options);
  const ofDay = named.filter(({ entry, keys }) => days.get(keys.day) === entry._id);
  const longer = await held(store, ofDay, longerKinds, options);

  const holders = new Map([...days, ...longer]);
  const firsts = new Map<string, Firsts>();
  for (const { entry, keys, isLate } of named) {
    const own = firstsOf(entry, keys, holders);
    // Late, and nothing claimed before a crash either: not zero people, but unknown.
    if (isLate && own.day === 0) continue;
    firsts.set(entry._id, own);
  }
  return firsts;
}

/** An entry that names a person. */
interface Named {
  readonly entry: OutboxEntry;
  readonly keys: KeysByKind;
  /** Numbered so late that it claims nothing. */
  readonly isLate: boolean;
}

const longerKinds = periodKinds.filter((kind) => kind !== 'day');

/** Who holds the keys of these kinds, after each that was free has gone to the first entry that may have it. */
async function held(
  store: Pick<FeedStore, 'claimHolders' | 'addClaims'>,
  named: readonly Named[],
  kinds: readonly PeriodKind[],
  { maxAgeDays }: FirstsOptions,
): Promise<ReadonlyMap<string, string>> {
  const keys = new Set(named.flatMap((each) => kinds.map((kind) => each.keys[kind])));
  if (keys.size === 0) return new Map();
  const holders = await store.claimHolders([...keys]);
  const wanted = new Map<string, Claim>();
  for (const { entry, keys: own, isLate } of named) {
    if (isLate) continue;
    for (const kind of kinds) {
      const key = own[kind];
      if (holders.has(key) || wanted.has(key)) continue;
      wanted.set(key, { key, event: entry._id, expires: expiryOf(entry, kind, maxAgeDays) });
    }
  }
  if (wanted.size === 0) return holders;
  const allTaken = await store.addClaims([...wanted.values()]);
  // Another sequencer was faster with some: what the store now says is what holds.
  const added = allTaken
    ? Array.from(wanted.values(), ({ key, event }) => [key, event] as const)
    : await store.claimHolders([...wanted.keys()]);
  return new Map([...holders, ...added]);
}

function expiryOf(entry: OutboxEntry, kind: PeriodKind, maxAgeDays: number): Date {
  const days = longestPeriodDays[kind] + maxAgeDays + marginDays;
  return new Date(entry.time.getTime() + days * dayMs);
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

function firstsOf(
  entry: OutboxEntry,
  keys: KeysByKind,
  holders: ReadonlyMap<string, string>,
): Firsts {
  const first = (kind: PeriodKind): number => (holders.get(keys[kind]) === entry._id ? 1 : 0);
  return {
    day: first('day'),
    week: first('week'),
    month: first('month'),
    quarter: first('quarter'),
    year: first('year'),
  };
}
