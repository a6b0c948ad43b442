import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { partPlans, portPlan, yichangShare } from './plans.ts';
import { yichangBase } from './yichang-parts.ts';
import { yichang } from './yichang.ts';

afterEach(() => vi.unstubAllEnvs());

test('where there is no Python, it is said that the reference platform runs', async () => {
  const empty = await mkdtemp(`${tmpdir()}/onenet-no-python-`);
  vi.stubEnv('PATH', empty);
  const said: string[] = [];
  const base = await yichangBase({
    dataDir: empty,
    port: 0,
    say: (line) => said.push(line),
    add: (part) => part,
  });
  await rm(empty, { recursive: true });
  expect(base).toBeUndefined();
  expect(said.join('\n')).toContain('runs the reference platform here');
  expect(said.join('\n')).toContain('there is no python3 on PATH');
});

const input = {
  ports: portPlan(4000, ['420100', yichang, '420581'], { mongod: true, postgres: true }),
  dataDir: '/nowhere',
  scale: 0.01,
  simulatePerSecond: 10,
  mongodbUri: 'mongodb://127.0.0.1/',
};

function platformFlags(yichangDatabase: string | undefined): readonly string[] {
  const plans = partPlans({ ...input, yichangDatabase }).flat();
  return plans.find(({ name }) => name === 'platforms')?.args ?? [];
}

test('with Python, it is no reference platform, and simulates its own share', () => {
  const yichangDatabase = 'postgres://127.0.0.1/yichang';
  expect(platformFlags(yichangDatabase)).toContain('420100,420581');
  // A city of two cities and a county: 4 of 10.
  expect(yichangShare({ ...input, yichangDatabase })).toBe(4);
  expect(
    platformFlags(yichangDatabase).at(platformFlags(yichangDatabase).indexOf('--simulate') + 1),
  ).toBe('6');
});

test('without, it is one of the reference platforms', () => {
  expect(platformFlags(undefined)).toContain(`420100,${yichang},420581`);
  expect(yichangShare(input)).toBe(0);
});
