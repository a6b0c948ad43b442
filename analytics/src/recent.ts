/** Single events as the province may show them: the latest ones, without any person. */
import type { FeedEvent as FeedLineEvent } from '@onenet/contract';
import { NetError } from '@onenet/contract';
import { filterSql } from './cells.ts';
import { timeLiteral } from './clickhouse.ts';
import { refuseUnknown } from './known.ts';
import type { Sources } from './series.ts';
import { dayMs, minuteMs } from './periods.ts';
import { epochsIn } from './scope.ts';

/** `FeedEvent` of analytics.graphql. */
export interface ShownEvent {
  readonly platform: string;
  readonly type: string;
  readonly time: string;
  readonly sequence: string;
  readonly place: string | null;
  readonly category: string | null;
  readonly channel: string | null;
  readonly simulated: boolean;
  readonly count: number;
}

const maxEvents = 100;
/** How far back it is looked, until there are enough: mostly the first will do. */
const windowsMs = [10 * minuteMs, dayMs, Infinity];

/** An event of a feed; undefined for what is none to show. */
export function shownEvent(platform: string, event: FeedLineEvent): ShownEvent | undefined {
  if (event.type === 'onenet.opening') return undefined;
  const { data } = event;
  return {
    platform,
    type: event.type,
    time: new Date(event.time).toISOString(),
    sequence: String(Number(event.sequence)),
    place: data.place ?? null,
    category: data.category ?? null,
    channel: data.channel ?? null,
    simulated: data.simulated === true,
    count: data.count ?? 1,
  };
}

interface EventRow extends Omit<ShownEvent, 'time'> {
  readonly timeMs: number;
}

/** The newest by the time at which they were numbered. */
export async function recentEvents(
  { clickhouse, ingest }: Sources,
  first: number,
  platform: string | undefined,
  place: string | undefined,
): Promise<ShownEvent[]> {
  if (first < 1 || first > maxEvents) {
    throw new NetError('BAD_INPUT', `\`first: ${first}\` is out of range: from 1 to ${maxEvents}.`);
  }
  refuseUnknown(ingest, { platforms: platform === undefined ? undefined : [platform], place });
  const epochs = epochsIn(ingest, { platforms: platform === undefined ? undefined : [platform] });
  if (epochs.size === 0) return [];
  const filter = { epochs, place, categories: undefined, channels: undefined, simulated: true };
  const since = (fromMs: number): Promise<EventRow[]> =>
    clickhouse.rows<EventRow>(`
    SELECT t.platform AS platform, t.type AS type, toUnixTimestamp64Milli(t.time) AS timeMs,
      toString(t.sequence) AS sequence, nullIf(t.place, '') AS place, nullIf(t.category, '') AS category,
      nullIf(t.channel, '') AS channel, t.simulated AS simulated, t.count AS count
    FROM onenet.raw AS t
    WHERE ${filterSql(filter, 't.place')} AND t.recorded >= ${timeLiteral(fromMs)}
      AND t.rejected = '' AND t.type != 'onenet.opening'
    ORDER BY t.recorded DESC, t.platform, t.sequence DESC
    LIMIT ${first}`);
  const places = ingest.places();
  const newestMs = Math.max(
    ...[...epochs.keys()].map((code) => Date.parse(places.get(code)?.recordedTime ?? '') || 0),
  );
  let rows: EventRow[] = [];
  for (const windowMs of windowsMs) {
    if (rows.length < first) rows = await since(Math.max(0, newestMs - windowMs));
  }
  return rows.map(({ timeMs, ...row }) => ({ ...row, time: new Date(timeMs).toISOString() }));
}
