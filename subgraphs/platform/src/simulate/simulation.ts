/** Simulated activity: keeps the net moving, through the same commands as mutations. */
import { NetError, type ModuleName } from '@onenet/contract';
import { activityWeights } from '@onenet/platforms';
import type { Platform } from '../context.ts';
import * as aid from './aid.ts';
import * as cards from './cards.ts';
import * as content from './content.ts';
import * as members from './members.ts';
import { Random } from './random.ts';
import * as requests from './requests.ts';
import { liveliness } from './rhythm.ts';
import { Site } from './site.ts';
import * as supervision from './supervision.ts';

/** A simulation that runs. */
export interface Simulation {
  /** Resolves when the last activity has ended. */
  stop(): Promise<void>;
}

interface Activity {
  readonly weight: number;
  readonly module: ModuleName;
  readonly act: (site: Site) => Promise<void>;
}

/** What happens, by how often; each is about one event. */
const activities: readonly Activity[] = [
  { weight: 40, module: 'content', act: content.readArticle },
  { weight: 5, module: 'content', act: content.shareArticle },
  { weight: 6, module: 'content', act: content.likeArticle },
  { weight: 3, module: 'content', act: content.commentOnArticle },
  { weight: 4, module: 'content', act: content.followChannel },
  { weight: 0.3, module: 'content', act: content.publishArticle },
  { weight: 8, module: 'members', act: members.applyForMembership },
  { weight: 8, module: 'members', act: members.decideMember },
  { weight: 0.4, module: 'members', act: members.leaveUnion },
  { weight: 5, module: 'requests', act: requests.submitRequest },
  { weight: 24, module: 'requests', act: requests.advanceRequest },
  { weight: 0.15, module: 'supervision', act: supervision.askSupervision },
  { weight: 0.3, module: 'supervision', act: supervision.advanceSupervision },
  { weight: 6, module: 'cards', act: cards.useOneCard },
  { weight: 1.5, module: 'cards', act: cards.issueCard },
  { weight: 0.1, module: 'cards', act: cards.loseCard },
  { weight: 0.6, module: 'aid', act: aid.applyForHardshipFile },
  { weight: 0.6, module: 'aid', act: aid.decideHardshipFile },
  { weight: 0.6, module: 'aid', act: aid.applyForAid },
  { weight: 1.2, module: 'aid', act: aid.advanceGrant },
  { weight: 0.1, module: 'aid', act: aid.pairOneCadre },
];

const tickMs = 100;
/** Activities under way at a time: more would only wait in the database. */
const atOnce = 16;
/** Seconds of activity that may be made up for; what is older is left out. */
const backlogSeconds = 2;
const seed = 20_160_831;

/** Starts it at a mean rate in events a second over all platforms; 0 is none. */
export function startSimulation(platforms: readonly Platform[], perSecond: number): Simulation {
  if (perSecond <= 0 || platforms.length === 0) return { stop: () => Promise.resolve() };
  const random = new Random(seed);
  const sites = platforms
    .toSorted((a, b) => (a.definition.code < b.definition.code ? -1 : 1))
    .map((platform, index) => ({
      weight: activityWeights[platform.definition.kind],
      site: new Site(platform, new Random(seed + index + 1)),
      activities: activities.filter(({ module }) => platform.definition.modules.includes(module)),
    }));
  const running = new Set<Promise<void>>();
  let owed = 0;
  let last = performance.now();

  const timer = setInterval(() => {
    const now = performance.now();
    const rate = perSecond * liveliness(new Date());
    owed = Math.min(owed + (rate * (now - last)) / 1_000, rate * backlogSeconds + 1);
    last = now;
    for (; owed >= 1 && running.size < atOnce; owed--) {
      const chosen = random.weighted(sites);
      const activity = chosen && chosen.site.random.weighted(chosen.activities);
      if (!activity) continue;
      const done = perform(activity, chosen.site).finally(() => running.delete(done));
      running.add(done);
    }
  }, tickMs);

  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(running);
    },
  };
}

async function perform({ act }: Activity, site: Site): Promise<void> {
  try {
    await act(site);
  } catch (error) {
    // Two chose the same record: one of them was late, as among people.
    if (error instanceof NetError) return;
    console.error(`simulation at ${site.code}:`, error);
  }
}
