/** For the tests: a net whose history is generated up to a fixed day, with all that briefs come from. */
import type { FeedEvent, NetOwner } from '@onenet/contract';
import type { Db } from 'mongodb';
import { Alerts } from '../alerts/store.ts';
import { Outbox } from '../alerts/outbox.ts';
import { testNet } from '../fixture-net.ts';
import { testOwner, testSnapshot, until } from '../fixture.ts';
import type { TestPlatform } from '../fixture.ts';
import { generated, openings } from '../fixture-oracle.ts';
import type { Held } from '../fixture-oracle.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { Editions } from '../ranking/editions.ts';
import { RankingPublisher } from '../ranking/publisher.ts';
import { BriefComposer } from './composer.ts';
import type { BriefSources } from './compose.ts';
import { Briefs } from './store.ts';

const modules = [
  'core',
  'organizations',
  'requests',
  'members',
  'content',
  'cards',
  'aid',
] as const;

/** Whatever a brief shows is text. */
export const hostile = '=武汉<script>alert("1")</script>&总工会';
/** A platform that is in, and sent nothing. */
export const quiet = '420700';
/** A connected one at whose address nothing listens. */
export const unheard = '422800';
export const registered = 'WISCO';

export interface BriefNet extends AsyncDisposable {
  readonly db: Db;
  readonly ingest: Ingest;
  readonly sources: BriefSources;
  readonly briefs: Briefs;
  readonly alerts: Alerts;
  readonly publisher: RankingPublisher;
  readonly platforms: readonly TestPlatform[];
  readonly log: string[];
  /** A composer as one of several processes has it. */
  composer(): BriefComposer;
  /** Whether the directory has the one that is not heard. */
  follow(options: { readonly withUnheard: boolean }): void;
  allIsIn(): Promise<void>;
  /** Every event of the feeds, for the oracle. */
  held(): Promise<Held[]>;
}

/** Two platforms with a history up to `nowMs`, one that is silent, and one that is not connected. */
export async function briefNet(uri: string, nowMs: number): Promise<BriefNet> {
  const running = await testNet(uri, ['420100', '429004', quiet], { nowMs });
  const { platforms, ingest, db } = running;
  const active = platforms.filter(({ owner }) => owner.code !== quiet);
  await Promise.all(
    active.map((platform, i) =>
      platform.happened([...(i === 0 ? openings : []), ...generated(1_000, 7 + i, nowMs)]),
    ),
  );
  const follow: BriefNet['follow'] = ({ withUnheard }) => {
    const owners: NetOwner[] = [
      ...platforms.map(({ owner }) =>
        owner.code === '420100' ? { ...owner, name: hostile, demoNotice: '演示数据' } : owner,
      ),
      {
        ...testOwner(registered, 'http://127.0.0.1:1'),
        kind: 'ENTERPRISE',
        connection: 'REGISTERED',
      },
      ...(withUnheard ? [testOwner(unheard, 'http://127.0.0.1:1')] : []),
    ];
    ingest.use(testSnapshot(owners.map((owner) => ({ ...owner, modules }))));
  };
  follow({ withUnheard: false });
  const editions = new Editions(db);
  const briefs = new Briefs(db);
  await editions.prepare();
  await briefs.prepare();
  const outbox = new Outbox(db);
  const alerts = new Alerts(db, outbox);
  await Promise.all([outbox.prepare(), alerts.prepare()]);
  const log: string[] = [];
  const told = (message: string): void => void log.push(message);
  const sources: BriefSources = {
    clickhouse: running.clickhouse,
    ingest,
    editions,
    alerts,
  };
  const net: BriefNet = {
    db,
    ingest,
    sources,
    briefs,
    alerts,
    platforms,
    log,
    publisher: new RankingPublisher(sources, editions, told),
    composer: () => new BriefComposer(sources, briefs, told),
    follow,
    async allIsIn() {
      for (const { owner, feed } of platforms) {
        const { lastSequence } = await feed.status();
        await until(() => {
          const status = ingest.statuses().find(({ platform }) => platform === owner.code);
          return status?.sequence === String(lastSequence) && status.completeTo !== null;
        });
      }
    },
    async held() {
      const all = await Promise.all(platforms.map(heldBy));
      return all.flat();
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
  await net.allIsIn();
  return net;
}

async function heldBy({ db, owner }: TestPlatform): Promise<Held[]> {
  const lines = await db.collection('feed_log').find().sort({ _id: 1 }).toArray();
  return lines.map((line) => {
    const event = JSON.parse(textOf(line)) as FeedEvent;
    return { platform: owner.code, event, timeMs: Date.parse(event.time) };
  });
}

/** As the feed's log keeps a line. */
function textOf({ line }: Readonly<Record<string, unknown>>): string {
  if (typeof line === 'string') return line;
  return Buffer.from((line as { buffer: Uint8Array }).buffer).toString('utf8');
}
