/** What keeps a sandbox and a net apart: neither its options nor its plan nor its data can be the other's. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { prepareDataDir, releaseDataDir } from './data-dir.ts';
import { parseOptions, UsageError } from './options.ts';
import { partPlans, portPlan } from './plans.ts';
import { sandboxOptions, upOptions } from './up-options.ts';

const environment = {
  MONGODB_URI: 'mongodb://net',
  POSTGRES_URI: 'postgres://net',
  CLICKHOUSE_URL: 'http://net',
};

test('it takes no database from outside, neither by an option nor by the environment', () => {
  const values = parseOptions(sandboxOptions, ['--sandbox'], environment);
  expect(JSON.stringify(values)).not.toContain('//net');
  for (const option of ['--mongodb-uri', '--postgres-uri', '--clickhouse-url']) {
    const given = [option, 'mongodb://net'];
    expect(() => parseOptions(sandboxOptions, given, {})).toThrow(`Unknown option '${option}'`);
  }
});

test('by default it stands beside the net: other ports, another folder', () => {
  const net = parseOptions(upOptions, [], {});
  const sandbox = parseOptions(sandboxOptions, ['--sandbox'], {});
  const portsOf = ({ port, platforms }: typeof net | typeof sandbox) =>
    portPlan(port, platforms, { mongod: true, postgres: true }).planned.map((each) => each.port);
  // The net's ports go on until the last platform.
  const lastOfNet = Math.max(...portsOf({ ...net, platforms: ['HANKOU-STATION'] }));
  expect(Math.min(...portsOf(sandbox))).toBeGreaterThan(lastOfNet);
  expect(sandbox.data).not.toBe(net.data);
});

test('its province knows its own platforms alone, and its analytics ask no other ClickHouse', () => {
  const ports = portPlan(4200, ['420000', '420100'], { mongod: true, postgres: true });
  const frame = { ports, dataDir: '/data', scale: 0.001, simulatePerSecond: 0 };
  const mongodbUri = 'mongodb://127.0.0.1:4203';
  const plans = partPlans({ ...frame, mongodbUri, sandbox: true }).flat();
  const argsOf = (name: string) => plans.find((plan) => plan.name === name)?.args.join(' ');
  expect(argsOf('province')).toContain('--platforms 420000,420100 --allow-host 127.0.0.1');
  expect(argsOf('province')).toContain('--sandbox');
  expect(argsOf('province')).not.toContain('--reference-clients');
  // Without the option, it would take what the environment names.
  expect(plans.find(({ name }) => name === 'analytics')?.args).toContain('--clickhouse-url');
  expect(partPlans({ ...frame, mongodbUri }).flat()[0]?.args).not.toContain('--sandbox');
});

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onenet-sandbox-'));
  return () => rm(directory, { recursive: true, force: true });
});

test.for([
  [true, 'start it with --sandbox'],
  [false, 'holds the data of a net'],
] as const)(
  'data of a sandbox (%s) is not opened as the other, and --fresh leaves it',
  async ([sandbox, message]) => {
    await prepareDataDir(directory, { fresh: false, scale: 0.01, sandbox });
    await releaseDataDir(directory);
    const before = await readFile(join(directory, 'onenet-data.json'), 'utf8');
    for (const fresh of [false, true]) {
      const other = prepareDataDir(directory, { fresh, scale: 0.01, sandbox: !sandbox });
      await expect(other).rejects.toThrow(UsageError);
      await expect(other).rejects.toThrow(message);
    }
    expect(await readFile(join(directory, 'onenet-data.json'), 'utf8')).toBe(before);
    await prepareDataDir(directory, { fresh: false, scale: 0.01, sandbox });
  },
);
