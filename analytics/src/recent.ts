/** Single events as the province may show them: the latest ones, without any person. */
import type { FeedEvent as FeedLineEvent } from '@onenet/contract';
import { NetError } from '@onenet/contract';
import { filterSql } from './cells.ts';
import { quote } from './clickhouse.ts';
import { refuseUnknown } from './known.ts';
import type { Sources } from './series.ts';
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
/** How far back in each feed events of one place are looked for. */
const searchedLines = 20_000;

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
  const lines = place === undefined ? first : searchedLines;
  const ends = [...epochs.keys()].map(
    (code) => `(t.platform = ${quote(code)} AND t.sequence > ${ingest.sequenceOf(code) - lines})`,
  );
  if (ends.length === 0) return [];
  const filter = { epochs, place, categories: undefined, channels: undefined, simulated: true };
  const rows = await clickhouse.rows<EventRow>(`
    SELECT t.platform AS platform, t.type AS type, toUnixTimestamp64Milli(t.time) AS timeMs,
      toString(t.sequence) AS sequence, nullIf(t.place, '') AS place, nullIf(t.category, '') AS category,
      nullIf(t.channel, '') AS channel, t.simulated AS simulated, t.count AS count
    FROM onenet.raw AS t
    WHERE ${filterSql(filter, 't.place')} AND (${ends.join(' OR ')})
      AND t.rejected = '' AND t.type != 'onenet.opening'
    ORDER BY t.recorded DESC, t.platform, t.sequence DESC
    LIMIT ${first}`);
  return rows.map(({ timeMs, ...row }) => ({ ...row, time: new Date(timeMs).toISOString() }));
}
