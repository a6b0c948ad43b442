/** What `npm start` is told of where it stands reaches the parts that need it, and a mistake is refused before anything starts. */
import { expect, test, vi } from 'vitest';
import { partPlans, portPlan } from './plans.ts';
import { up } from './up.ts';

test('address, proxies and who is let in reach gateway and province; the parts ask each other on this machine', () => {
  const ports = portPlan(4000, ['420000'], { mongod: true, postgres: true });
  const frame = { ports, dataDir: '/data', scale: 0.01, simulatePerSecond: 0, mongodbUri: '' };
  const argsOf = (told: object, name: string) =>
    partPlans({ ...frame, ...told })
      .flat()
      .find((plan) => plan.name === name)
      ?.args.join(' ');
  const told = {
    gatewayUrl: 'https://onenet.example',
    trustedProxies: ['10.1.2.0/24', 'loopback'],
    local: 'refuse',
    notify: '/etc/onenet/notify.json',
  };
  expect(argsOf(told, 'province')).toContain('--gateway-url https://onenet.example');
  expect(argsOf(told, 'gateway')).toContain(
    '--local refuse --trusted-proxy 10.1.2.0/24 --trusted-proxy loopback',
  );
  expect(argsOf(told, 'analytics')).toContain('--gateway-url http://127.0.0.1:4000');
  expect(argsOf(told, 'analytics')).toContain('--notify /etc/onenet/notify.json');
  expect(argsOf({}, 'analytics')).not.toContain('--notify');
  expect(argsOf({}, 'province')).toContain('--gateway-url http://127.0.0.1:4000');
  expect(argsOf({}, 'gateway')).not.toMatch(/--local|--trusted-proxy/);
});

test.each([
  [['--local', 'maybe'], '--local is "maybe" and must be open or refuse.'],
  [['--gateway-url', 'onenet.example'], '--gateway-url is "onenet.example" and must be https://'],
  [['--gateway-url', 'https://onenet.example/net'], 'without a path'],
  [['--trusted-proxy', 'proxy.example'], '--trusted-proxy: proxy.example is no IP address'],
])('%j is refused', async (args, message) => {
  using said = vi.spyOn(console, 'error').mockReturnValue();
  expect(await up(args, '')).toBe(2);
  expect(said.mock.calls.join()).toContain(message);
});
