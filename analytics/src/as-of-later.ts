/** What came in after a state; refused by name where that can no longer be told apart. */
import { NetError } from '@onenet/contract';
import { shortHead } from './as-of-token.ts';
import type { State, StateFeed } from './as-of-token.ts';
import type { Later } from './cells.ts';
import type { ClickHouse } from './clickhouse.ts';
import { quote } from './clickhouse.ts';
import type { FeedPlace } from './ingest/known-feeds.ts';

/**
 * Of the platforms in scope that have gone on since a state, where they were then. That the lines up
 * to there are still the same is proved by the chain's head, in whatever epoch they are now; that all
 * the later ones are still there, by their number.
 */
export async function laterOf(
  clickhouse: ClickHouse,
  then: State,
  places: ReadonlyMap<string, FeedPlace>,
  platforms: readonly string[] | undefined,
): Promise<Map<string, Later>> {
  if (!then.isExact) {
    throw gone('is of an answer during which events came in', 'Ask for less, and keep that state');
  }
  const moved: Moved[] = [];
  for (const feed of then.feeds) {
    if (feed.sequence === 0 || (platforms && !platforms.includes(feed.code))) continue;
    const place = knownPlace(feed, places);
    const isSame =
      place.epoch === feed.epoch &&
      place.sequence === feed.sequence &&
      (feed.rejected ?? place.rejected) === place.rejected;
    if (!isSame || shortHead(place.head) !== feed.head) moved.push({ feed, place });
  }
  if (moved.length === 0) return new Map();
  const lines = await linesOf(clickhouse, moved);
  for (const { feed, place } of moved) check(feed, place, lines.get(feed.code));
  const taken = await takenUpSince(clickhouse, moved, lines);
  return new Map(
    moved
      .filter(({ feed, place }) => place.sequence > feed.sequence || taken.has(feed.code))
      .map(({ feed, place }) => {
        const openings = lines.get(feed.code)?.openings ?? 0;
        return [
          feed.code,
          {
            epoch: place.epoch,
            sequence: feed.sequence,
            recordedMs: feed.recordedTime === null ? 0 : Date.parse(feed.recordedTime),
            hasOpenings: openings + (taken.get(feed.code)?.openings ?? 0) > 0,
            ...(taken.has(feed.code) ? { takenUpAfter: feed.epoch } : {}),
          },
        ];
      }),
  );
}

interface TakenUp {
  readonly platform: string;
  readonly lines: number;
  readonly openings: number;
}

/**
 * Of the lines up to the state, those that were rejected then and count now, by platform: what says so is how many were
 * rejected. Refused where the lines that count up to there are not the same with or without those that were taken up.
 */
async function takenUpSince(
  clickhouse: ClickHouse,
  moved: readonly Moved[],
  lines: ReadonlyMap<string, Lines>,
): Promise<ReadonlyMap<string, TakenUp>> {
  const rejectedNow = ({ feed, place }: Moved): number =>
    place.rejected - (lines.get(feed.code)?.laterRejected ?? 0);
  const suspect = moved.filter((each) =>
    each.feed.rejected === null
      ? each.feed.epoch !== each.place.epoch
      : each.feed.rejected !== rejectedNow(each),
  );
  if (suspect.length === 0) return new Map();
  const of = suspect.map(
    ({ feed: { code, epoch, sequence }, place }) =>
      `(t.platform = ${quote(code)} AND t.epoch = ${place.epoch} AND t.sequence <= ${sequence} AND t.taken_up > ${epoch})`,
  );
  const rows = await clickhouse.rows<TakenUp>(
    `SELECT t.platform AS platform, count() AS lines, countIf(t.type = 'onenet.opening') AS openings
    FROM onenet.raw AS t WHERE t.taken_up != 0 AND (${of.join(' OR ')}) GROUP BY t.platform`,
  );
  const taken = new Map(rows.map((row) => [row.platform, row]));
  for (const each of suspect) {
    const { code, epoch, sequence, rejected } = each.feed;
    const then = rejectedNow(each) + (taken.get(code)?.lines ?? 0);
    if (rejected === null || rejected === then) continue;
    throw gone(
      `is of epoch ${epoch} of ${code} up to line ${sequence}, of which ${rejected} counted nowhere then: of the same lines that would be ${then} now, and nobody can say which counted`,
    );
  }
  return taken;
}

interface Moved {
  readonly feed: StateFeed;
  readonly place: FeedPlace;
}

function knownPlace(feed: StateFeed, places: ReadonlyMap<string, FeedPlace>): FeedPlace {
  if (!feed.isSettled) {
    throw gone(`was given while an insert of ${feed.code} was under way or had failed half way`);
  }
  const place = places.get(feed.code);
  if (!place) throw gone(`counts ${feed.code}, of which nothing is kept any more`);
  if (!place.isSettled) {
    throw new NetError(
      'UNAVAILABLE',
      `An insert of ${feed.code} is under way, or failed half way: ask for \`state\` again when it is through.`,
    );
  }
  return place;
}

interface Lines {
  readonly platform: string;
  /** At the state's sequence; empty when that line is gone. */
  readonly head: string;
  readonly later: number;
  /** Of the later ones, those that count nowhere. */
  readonly laterRejected: number;
  /** Of the later ones, those that are opening balances. */
  readonly openings: number;
}

async function linesOf(
  clickhouse: ClickHouse,
  moved: readonly Moved[],
): Promise<Map<string, Lines>> {
  // One scan of a few ranges of the key: a SELECT for each platform takes longer to plan than to run.
  const from = [...Map.groupBy(moved, ({ place }) => place.epoch)].map(([epoch, of]) => {
    const lines = of.map(
      ({ feed: { code, sequence } }) =>
        `(t.platform = ${quote(code)} AND t.sequence >= ${sequence})`,
    );
    return `(t.epoch = ${epoch} AND (${lines.join(' OR ')}))`;
  });
  const codes = moved.map(({ feed }) => quote(feed.code));
  const sequences = moved.map(({ feed }) => `toUInt64(${feed.sequence})`);
  const then = `transform(toString(t.platform), [${codes.join(', ')}], [${sequences.join(', ')}], toUInt64(0))`;
  const rows = await clickhouse.rows<Lines>(
    `SELECT t.platform AS platform, maxIf(t.head, t.sequence = ${then}) AS head, countIf(t.sequence > ${then}) AS later,
      countIf(t.sequence > ${then} AND t.rejected != '') AS laterRejected,
      countIf(t.sequence > ${then} AND t.type = 'onenet.opening') AS openings
    FROM onenet.raw AS t WHERE ${from.join(' OR ')} GROUP BY t.platform`,
  );
  return new Map(rows.map((row) => [row.platform, row]));
}

function check(feed: StateFeed, place: FeedPlace, lines: Lines | undefined): void {
  const head = shortHead(lines?.head ?? '');
  // A line that is gone proves nothing; within one epoch nothing changes.
  const isSame = head === '' ? place.epoch === feed.epoch : head === feed.head;
  if (!isSame || place.sequence < feed.sequence) {
    throw gone(
      `is of epoch ${feed.epoch} of ${feed.code} up to line ${feed.sequence}, and its log was taken up anew since: what counted then is void`,
    );
  }
  const missing = place.sequence - feed.sequence - (lines?.later ?? 0);
  if (missing > 0 || feed.sequence < place.floor) {
    throw gone(
      `lies before what is kept of ${feed.code}: of its lines after ${feed.sequence}, some are beyond the retention of raw`,
    );
  }
}

function gone(why: string, what = 'Ask without it'): NetError {
  return new NetError('BAD_INPUT', `\`state\` ${why}. ${what}.`);
}
