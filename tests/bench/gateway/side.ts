/** One side of the comparison in a process of its own: serves on a port of the system's choice; reports CPU and memory, or a profile, when asked. */
import { Session } from 'node:inspector/promises';
import type { Profiler } from 'node:inspector';
import { answerParent, usage, type Usage } from '../child.ts';
import { startFloor } from './floor.ts';
import { startOnenet } from './onenet.ts';
import { startStock } from './stock.ts';

/** Where OneNet's gateway keeps what is asked. */
export interface UsageStore {
  readonly mongodbUri: string;
  readonly database: string;
}

/** What the parent sends: first where the owners listen, then what it wants to know. */
export type SideMessage =
  | { readonly urls: Readonly<Record<string, string>>; readonly usage?: UsageStore }
  | 'usage'
  | 'startProfile'
  | 'endProfile';

const sides = {
  floor: startFloor,
  stock: (urls: Readonly<Record<string, string>>) => startStock(urls, false),
  stockPooled: (urls: Readonly<Record<string, string>>) => startStock(urls, true),
  onenet: startOnenet,
} as const;

export type SideName = keyof typeof sides;

const name = process.argv[2] as SideName;
const inspector = new Session();

answerParent(answer);

async function answer(
  message: SideMessage,
): Promise<{ url: string } | Usage | Profiler.Profile | 'started'> {
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
      return { url: await sides[name](message.urls, message.usage) };
  }
}
