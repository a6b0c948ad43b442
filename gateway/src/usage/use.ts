/** One answered operation as usage: which coordinates, by which client, of which owners, with which result; and many as one event. */
import type { OperationTypeNode } from 'graphql';
import type { OwnerCall } from '../context.ts';
import type { Outcome } from '../record.ts';

/** One request, as the spool keeps it. Never a variable's value, never a text of the caller's besides the operation's name. */
export interface Use {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** SHA-256 of the planned document, hexadecimal. */
  readonly document: string;
  readonly name: string | null;
  readonly kind: OperationTypeNode;
  readonly client: string;
  readonly result: Outcome;
  readonly durationMs: number;
  readonly coordinates: readonly string[];
  readonly owners: readonly OwnerUse[];
}

/** Calls to one owner. */
export interface OwnerUse {
  readonly platform: string;
  readonly calls: number;
  /** Of them, without its part of the answer. */
  readonly failed: number;
}

/** `data` of an event: requests that were the same in all but their values, within a clock minute. */
export interface UsageData extends Omit<Use, 'at'> {
  readonly count: number;
}

/** What is put into the outbox. */
export interface UsageEntry {
  readonly _id: string;
  readonly time: Date;
  readonly data: UsageData;
}

/** The owners' calls of a request. */
export function ownersOf(calls: readonly OwnerCall[]): readonly OwnerUse[] {
  const owners = new Map<string, { platform: string; calls: number; failed: number }>();
  for (const { platform, outcome } of calls) addTo(owners, platform, 1, outcome === 'OK' ? 0 : 1);
  return [...owners.values()];
}

/** The uses of one segment as events. The same segment gives the same ids, so that a second delivery is none. */
export function entriesOf(segment: string, uses: readonly Use[]): readonly UsageEntry[] {
  const groups = Map.groupBy(uses, (use) =>
    JSON.stringify([
      Math.floor(use.at / minuteMs),
      use.document,
      use.name,
      use.client,
      use.result,
      use.coordinates,
    ]),
  );
  return [...groups.values()].map((group, i) => entryOf(`${segment}-${i}`, group));
}

const minuteMs = 60_000;

function entryOf(id: string, group: readonly Use[]): UsageEntry {
  const [first] = group;
  if (!first) throw new Error('A group of uses is empty.');
  const { at, ...same } = first;
  const owners = new Map<string, { platform: string; calls: number; failed: number }>();
  let durationMs = 0;
  for (const use of group) {
    durationMs += use.durationMs;
    for (const { platform, calls, failed } of use.owners) addTo(owners, platform, calls, failed);
  }
  return {
    _id: id,
    time: new Date(at),
    data: { ...same, durationMs, owners: [...owners.values()], count: group.length },
  };
}

function addTo(
  owners: Map<string, { platform: string; calls: number; failed: number }>,
  platform: string,
  calls: number,
  failed: number,
): void {
  const known = owners.get(platform) ?? { platform, calls: 0, failed: 0 };
  known.calls += calls;
  known.failed += failed;
  owners.set(platform, known);
}
