/** One side of the comparison in a process of its own: serves on a port of the system's choice; reports CPU and memory, or a profile, when asked. */
import { Session } from 'node:inspector/promises';
import type { Profiler } from 'node:inspector';
import type { NetClient } from '@onenet/contract';
import { answerParent, usage, type Usage } from '../child.ts';
import { startFloor } from './floor.ts';
import { startOnenet, type Stores } from './onenet.ts';
import { startStock } from './stock.ts';

/** What the parent sends first: where the owners listen, where OneNet keeps what it keeps, who its clients are. */
export interface SideSetting {
  readonly urls: Readonly<Record<string, string>>;
  readonly stores?: Stores | undefined;
  readonly clients?: readonly NetClient[] | undefined;
}

/** Where a side listens; an access token for each of its clients. */
export interface SideStarted {
  readonly url: string;
  readonly tokens: readonly string[];
}

/** What the parent sends: first the setting, then what it wants to know. */
export type SideMessage = SideSetting | 'usage' | 'startProfile' | 'endProfile';

const sides = {
  floor: async ({ urls }) => ({ url: await startFloor(urls), tokens: [] }),
  stock: async ({ urls }) => ({ url: await startStock(urls, false), tokens: [] }),
  stockPooled: async ({ urls }) => ({ url: await startStock(urls, true), tokens: [] }),
  // Each has one thing more than the one before: what it adds is the difference.
  onenetBare: ({ urls }) => startOnenet(urls, { signed: false }),
  onenetSigned: ({ urls }) => startOnenet(urls, { signed: true }),
  onenet: ({ urls, stores }) => startOnenet(urls, { signed: true, usage: stores?.usage }),
  onenetClient: ({ urls, stores, clients }) =>
    startOnenet(urls, { signed: true, usage: stores?.usage, clients }),
  onenetShared: ({ urls, stores, clients }) =>
    startOnenet(urls, { signed: true, ...stores, clients }),
} as const satisfies Record<string, (setting: SideSetting) => Promise<SideStarted>>;

export type SideName = keyof typeof sides;

const name = process.argv[2] as SideName;
const inspector = new Session();

answerParent(answer);

async function answer(
  message: SideMessage,
): Promise<SideStarted | Usage | Profiler.Profile | 'started'> {
  switch (message) {
    case 'usage':
      return usage();
    case 'startProfile':
      inspector.connect();
      await inspector.post('Profiler.enable');
      await inspector.post('Profiler.setSamplingInterval', { interval: 200 });
      await inspector.post('Profiler.start');
      return 'started';
    case 'endProfile':
      return (await inspector.post('Profiler.stop')).profile;
    default:
      return await sides[name](message);
  }
}
