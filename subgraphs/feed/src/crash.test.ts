import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { expect, inject, test } from 'vitest';
import { code, freshDatabase, personKey, readAll, serveFeed, write } from '../test/harness.ts';
import { outboxCollection } from './collections.ts';

const program = fileURLToPath(new URL('../test/sequence.ts', import.meta.url));
const kills = 10;
const events = 12_000;
const people = 700;

test(
  'SIGKILL at random points loses nothing, doubles nothing, and counts each person once',
  { timeout: 120_000 },
  async () => {
    await using database = await freshDatabase();
    const { db } = database;
    const written = writeAll(db);
    for (let killed = 0; killed < kills; killed += 1) {
      const pair = [start(db), start(db)];
      await Promise.all(pair.map(({ stdout }) => once(stdout, 'data')));
      const exits = pair.map((child) => once(child, 'exit'));
      await delay(Math.random() * 150);
      for (const child of pair) child.kill('SIGKILL');
      await Promise.all(exits);
    }
    const ids = await written;

    await using served = await serveFeed(db);
    await served.feed.drained();
    const read = await readAll(served.url);
    expect(read).toHaveLength(events);
    expect(new Set(read.map(({ id }) => id))).toEqual(new Set(ids));
    expect(read.reduce((sum, { data }) => sum + (data.firsts?.year ?? 0), 0)).toBe(people);
    expect(await outboxCollection(db).countDocuments()).toBe(0);
    expect(await served.feed.totals()).toEqual([
      { type: 'onenet.article.liked', events, count: events, through: read.at(-1)?.sequence },
    ]);
  },
);

/** While the sequencers live and die. */
async function writeAll(db: Db): Promise<readonly string[]> {
  const ids: string[] = [];
  const time = new Date();
  for (let at = 0; at < events; at += 200) {
    const inputs = Array.from({ length: 200 }, (_, n) => ({
      id: `event-${at + n}`,
      type: 'onenet.article.liked' as const,
      time,
      person: `person-${(at + n) % people}`,
    }));
    await write(db, ...inputs);
    ids.push(...inputs.map(({ id }) => id));
    await delay(50);
  }
  return ids;
}

function start(db: Db) {
  return spawn(
    process.execPath,
    [program, inject('mongodbUri'), db.databaseName, code, personKey],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
}
