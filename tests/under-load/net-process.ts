/** A process of the net under load: platforms, each twice over one database, or a gateway. */
import { startGateway, type GatewayOptions } from '@onenet/gateway';
import { startPlatforms, type PlatformsOptions } from '@onenet/platform';
import { platformByCode } from '@onenet/platforms';
import { answerParent } from '../bench/child.ts';
import { changing, codes, tombstonesTo } from './answers.ts';
import { fewRecords } from './records.ts';

/** What it is to start, or that it is to end. */
export type NetMessage =
  | { readonly platforms: TwiceOptions }
  | { readonly gateway: GatewayOptions }
  | 'stop';

type TwiceOptions = Pick<PlatformsOptions, 'mongodbUri' | 'databasePrefix' | 'trust'>;

/** By code, the addresses of both servers. */
export type Addresses = Readonly<Record<string, readonly [string, string]>>;

const running: { stop(): Promise<void> }[] = [];
answerParent(async (message: NetMessage): Promise<Addresses | string> => {
  if (message === 'stop') {
    await Promise.all(running.map((each) => each.stop()));
    return 'stopped';
  }
  if ('platforms' in message) return startTwice(message.platforms);
  const gateway = await startGateway(message.gateway);
  running.push(gateway);
  return gateway.url;
});

async function startTwice(options: TwiceOptions): Promise<Addresses> {
  const common = { ...options, basePort: 0, scale: null };
  const first = await startPlatforms({
    ...common,
    codes,
    records: ({ code }) => fewRecords(code, tombstonesTo[code] ?? []),
  });
  running.push(first);
  const second = await startPlatforms({ ...common, codes: codes.map(secondOf) });
  running.push(second);
  return Object.fromEntries(
    codes.map((code) => [code, [first.urls[code] ?? '', second.urls[code] ?? '']]),
  );
}

/** The second server of the one that changes its version is on the version before. */
function secondOf(code: string) {
  const definition = platformByCode(code);
  if (!definition) throw new Error(`There is no ${code}.`);
  if (code !== changing.version) return code;
  const modules = (['core', 'organizations', 'requests', 'members', 'content'] as const).filter(
    (name) => definition.modules.includes(name),
  );
  return { ...definition, modules, contractVersion: '1.1' as const };
}
