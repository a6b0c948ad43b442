import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Spool } from './spool.ts';

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'onenet-spool-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

const unexpected = (error: unknown) => {
  throw error;
};

test('every line is delivered once, in order', async () => {
  const got: string[] = [];
  const spool = await Spool.open({
    dir: folder(),
    deliver: async (_segment, lines) => void got.push(...lines),
    onError: unexpected,
    everyMs: 1,
  });
  const sent = Array.from({ length: 500 }, (_, i) => `line ${i}`);
  for (const [i, line] of sent.entries()) {
    spool.append(line);
    if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await spool.close();
  expect(got).toEqual(sent);
});

test('what was not acknowledged comes again, with the same name and the same lines', async () => {
  const dir = folder();
  const first: [string, readonly string[]][] = [];
  const refusing = await Spool.open({
    dir,
    deliver: async (segment, lines) => {
      first.push([segment, lines]);
      throw new Error('down');
    },
    onError: () => undefined,
  });
  refusing.append('a');
  refusing.append('b');
  await refusing.close();
  const again: [string, readonly string[]][] = [];
  const spool = await Spool.open({
    dir,
    deliver: async (segment, lines) => void again.push([segment, lines]),
    onError: unexpected,
  });
  await spool.close();
  expect(again).toEqual([[first[0]?.[0], ['a', 'b']]]);
});

test('what a killed process wrote is delivered, and the line that it did not finish is not', async () => {
  const dir = folder();
  appendFileSync(join(dir, 'open'), 'whole\nhal');
  const got: string[] = [];
  const spool = await Spool.open({
    dir,
    deliver: async (_segment, lines) => void got.push(...lines),
    onError: unexpected,
  });
  spool.append('next');
  await spool.close();
  expect(got).toEqual(['whole', 'next']);
});

test('beyond its bound it counts what it drops', async () => {
  const spool = await Spool.open({
    dir: folder(),
    deliver: async () => undefined,
    onError: unexpected,
    everyMs: 60_000,
    maxBytes: 10,
  });
  spool.append('12345');
  spool.append('12345');
  expect(spool.dropped).toBe(1);
  await spool.close();
});
