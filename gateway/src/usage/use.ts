/** One answered operation as usage: which coordinates, by which client, of which owners, with which result; and many as one event. */
import type { OwnerUse, UsageData } from '@onenet/feed';
import type { OwnerCall } from '../context.ts';
import { pieces } from './pieces.ts';

/** One request, as the spool keeps it. Never a variable's value, never a text of the caller's besides the operation's name. */
export interface Use extends Omit<UsageData, 'count'> {
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What is put into the outbox. */
export interface UsageEntry {
  readonly _id: string;
  readonly time: Date;
  readonly data: UsageData;
}

/** The owners' calls of a request. */
export function ownersOf(
  calls: readonly Pick<OwnerCall, 'platform' | 'outcome'>[],
): readonly OwnerUse[] {
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
  return [...groups.values()].flatMap((group, i) => cut(`${segment}-${i}`, entryOf(group)));
}

const minuteMs = 60_000;

function entryOf(group: readonly Use[]): Omit<UsageEntry, '_id'> {
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
    time: new Date(at),
    data: { ...same, durationMs, owners: [...owners.values()], count: group.length },
  };
}

/** As many events as the lists need. */
function cut(id: string, { time, data }: Omit<UsageEntry, '_id'>): readonly UsageEntry[] {
  const coordinates = pieces(data.coordinates);
  const owners = pieces(data.owners);
  return Array.from({ length: Math.max(coordinates.length, owners.length) }, (_, i) => ({
    _id: i === 0 ? id : `${id}-${i}`,
    time,
    data: {
      ...data,
      coordinates: coordinates[i] ?? [],
      owners: owners[i] ?? [],
      ...(i > 0 && { continued: true as const }),
    },
  }));
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
