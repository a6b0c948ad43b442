/** One side of the comparison in a process of its own: serves on a port of the system's choice and reports its CPU and memory when asked. */
import { startFloor } from './floor.ts';
import { startOnenet } from './onenet.ts';
import { startStock } from './stock.ts';

/** What the parent gives: where the owners listen. */
export interface SideInput {
  readonly urls: Readonly<Record<string, string>>;
}

/** What the parent reads around a run. */
export interface SideUsage {
  /** User and system, microseconds since the start. */
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

const sides = {
  floor: startFloor,
  stock: (urls: SideInput['urls']) => startStock(urls, false),
  stockPooled: (urls: SideInput['urls']) => startStock(urls, true),
  onenet: startOnenet,
} as const;

export type SideName = keyof typeof sides;

const name = process.argv[2] as SideName;
process.on('message', (message: SideInput | 'usage') => {
  if (message === 'usage') {
    const { user, system } = process.cpuUsage();
    process.send?.({
      cpuMicros: user + system,
      rssBytes: process.memoryUsage.rss(),
    } satisfies SideUsage);
  } else {
    void sides[name](message.urls).then((url) => process.send?.({ url }));
  }
});
process.on('disconnect', () => process.exit());
