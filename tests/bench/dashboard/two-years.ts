/**
 * Two years behind the reference net, whose own records reach back five weeks, and a fortnight a year ago: made-up
 * stories, written to the platforms' outboxes, so that they come to the figures by the real feeds.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { outboxCollection, outboxEntry } from '@onenet/feed';
import type { OutboxEntry, OutboxEntryInput } from '@onenet/feed';
import { databaseName } from '@onenet/platform';
import { divisionChildren, platforms, type PlatformDefinition } from '@onenet/platforms';
import { MongoClient } from 'mongodb';
import { feedsIn } from '../../figures/feeds.ts';
import type { DisposableNet } from '../../fixtures/net.ts';
import { Random } from '../../merged/random.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const spanMs = 2 * 365 * dayMs;
const linesAtOnce = 1000;
/** Its outbox is in PostgreSQL, and written by a server of its own. */
const notOnMongo = '420500';

const needs = ['WAGES', 'MEDICAL', 'TRAINING', 'LEGAL', 'HARDSHIP', 'SAFETY', 'OTHER'];
const columns = ['要闻', '防汛', '维权', '帮扶', '文体', '培训'];
const channels = ['WECHAT', 'WEBSITE', 'HOTLINE', 'STATION'];

/** Writes at least so many events in all, evenly over the platforms and the two years, and waits until they are counted. */
export async function addTwoYears(
  net: DisposableNet,
  events: number,
  say: (line: string) => void,
): Promise<void> {
  await using client = await MongoClient.connect(net.urls.mongodb);
  const before = await eventsIn(net.urls.gateway);
  const writing = platforms.filter(
    ({ code, connection }) => connection === 'CONNECTED' && code !== notOnMongo,
  );
  let written = 0;
  for (const [index, platform] of writing.entries()) {
    const entries = storiesOf(platform, Math.ceil(events / writing.length));
    const outbox = outboxCollection(client.db(databaseName(platform.code)));
    for (let at = 0; at < entries.length; at += linesAtOnce)
      await outbox.insertMany(entries.slice(at, at + linesAtOnce));
    written += entries.length;
    say(`two years of events: ${index + 1} of ${writing.length} platforms, ${written} events`);
  }
  for (;;) {
    const come = (await eventsIn(net.urls.gateway)) - before;
    if (come >= written) return;
    say(`two years of events: ${come} of ${written} are counted`);
    await delay(5_000);
  }
}

/** How many lines are in, of every connected feed. */
async function eventsIn(gatewayUrl: string): Promise<number> {
  const feeds = await feedsIn(gatewayUrl);
  return feeds.reduce((sum, { sequence }) => sum + Number(sequence), 0);
}

/** In the order in which they happened. */
function storiesOf(platform: PlatformDefinition, atLeast: number): readonly OutboxEntry[] {
  const random = new Random(Number.parseInt(platform.code, 36) % 2 ** 31);
  const [seat = '420000'] = platform.serves;
  const places = [seat, ...divisionChildren(seat).map(({ code }) => code)];
  const now = Date.now();
  const entries: OutboxEntry[] = [];
  while (entries.length < atLeast) {
    const beganMs = now - random.int(0, spanMs);
    const place = random.pick(places);
    const channel = random.pick(channels);
    for (const { afterMs, type, data } of story(random)) {
      const time = beganMs + afterMs;
      // What is not over yet goes on in no log.
      if (time > now) break;
      const of = { place, channel, simulated: true, ...data } as const;
      entries.push(outboxEntry({ type, time: new Date(time), data: of }));
    }
  }
  return entries.toSorted((a, b) => Number(a.time) - Number(b.time));
}

interface Step extends Pick<OutboxEntryInput, 'type' | 'data'> {
  readonly afterMs: number;
}

/** A request and its end, a member, aid, or an hour's reading. */
function story(random: Random): readonly Step[] {
  const category = random.pick(needs);
  const kind = random.int(0, 9);
  if (kind < 4) {
    const minutes = random.int(60, 15 * 1440);
    const accepted = Math.ceil(minutes / 10);
    const resolved = { category, value: minutes, onTime: minutes < 10 * 1440 };
    return [
      step('onenet.request.submitted', 0, { category }),
      step('onenet.request.accepted', accepted, { category, value: accepted }),
      step('onenet.request.resolved', minutes, resolved),
      step('onenet.request.rated', minutes + 60, { category, value: random.int(3, 5) }),
    ];
  }
  if (kind < 6) return [step('onenet.member.applied', 0), step('onenet.member.accepted', 1440)];
  if (kind < 7) {
    const value = 10_000 * random.int(1, 50);
    return [
      step('onenet.aid.applied', 0, { category }),
      step('onenet.aid.paid', 3 * 1440, { category, value }),
    ];
  }
  const column = random.pick(columns);
  return Array.from({ length: 4 }, (_, n) =>
    step('onenet.article.read', n, { category: column, count: random.int(1, 200) }),
  );
}

function step(type: Step['type'], minutes: number, data: Step['data'] = {}): Step {
  return { type, afterMs: minutes * minuteMs, data };
}
