/** The command that runs the whole net in the foreground until it is told to stop. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { NoNetwork, readNetworks } from '@onenet/contract';
import { runUntilStopped } from './foreground.ts';
import { startNet, type Net } from './net.ts';
import { describeOptions, parseOptions, UsageError, type OptionValues } from './options.ts';
import { firstSignInFile } from './plans.ts';
import { sandboxOptions, upOptions } from './up-options.ts';

type UpValues = OptionValues<typeof upOptions>;

/** Runs the net; resolves with the exit code when it has stopped. */
export async function up(args: readonly string[], usage: string): Promise<number> {
  try {
    const isSandbox = args.includes('--sandbox');
    const list = isSandbox ? sandboxOptions : upOptions;
    const options: UpValues = { ...nothingGiven, ...parseOptions(list, args, process.env) };
    if (options.help) {
      console.log(`${usage}\n\n${describeOptions(list)}`);
      return 0;
    }
    // What is wrong with them is said before anything starts.
    const told = netOptions(options);
    return await runUntilStopped({
      start: (signal) => startNet({ ...told, signal }),
      announce: (net, seconds) =>
        isSandbox
          ? sandboxAnnouncement(net, options, seconds)
          : announcement(net, options, seconds),
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** What a sandbox has no options for. */
const nothingGiven = {
  'mongodb-uri': '',
  'postgres-uri': '',
  'clickhouse-url': '',
  'sandbox-url': '',
  notify: '',
};

function netOptions(options: UpValues) {
  const { 'mongodb-uri': mongodbUri, 'clickhouse-url': clickhouseUrl } = options;
  const { 'postgres-uri': postgresUri, 'sandbox-url': sandboxUrl } = options;
  if (options.fresh && mongodbUri !== '') {
    throw new UsageError('--fresh removes local data only: drop the databases of --mongodb-uri.');
  }
  if (options.fresh && postgresUri !== '') {
    throw new UsageError('--fresh removes local data only: drop the databases of --postgres-uri.');
  }
  const gatewayUrl = gatewayUrlOf(options);
  const local = localOf(options);
  mustBeNetworks(options['trusted-proxy']);
  return {
    port: options.port,
    dataDir: options.data,
    scale: options.scale,
    simulatePerSecond: options.simulate,
    platforms: options.platforms,
    fresh: options.fresh,
    sandbox: options.sandbox,
    trustedProxies: options['trusted-proxy'],
    ...(gatewayUrl !== undefined && { gatewayUrl }),
    ...(local !== undefined && { local }),
    ...(sandboxUrl === '' ? {} : { sandboxUrl }),
    ...(options.notify === '' ? {} : { notify: resolve(options.notify) }),
    ...(mongodbUri === '' ? {} : { mongodbUri }),
    ...(postgresUri === '' ? {} : { postgresUri }),
    ...(clickhouseUrl === '' ? {} : { clickhouseUrl }),
    say: (line: string) => console.log(line),
  };
}

/** Without a slash at its end. */
function gatewayUrlOf({ 'gateway-url': given }: UpValues): string | undefined {
  if (given === '') return undefined;
  const url = URL.parse(given);
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/') return url.origin;
  throw new UsageError(
    `--gateway-url is "${given}" and must be https:// or http:// and a host, without a path.`,
  );
}

function localOf({ local }: UpValues): 'open' | 'refuse' | undefined {
  if (local === '') return undefined;
  if (local === 'open' || local === 'refuse') return local;
  throw new UsageError(`--local is "${local}" and must be open or refuse.`);
}

function mustBeNetworks(proxies: readonly string[]): void {
  try {
    readNetworks(proxies);
  } catch (error) {
    if (!(error instanceof NoNetwork)) throw error;
    throw new UsageError(`--trusted-proxy: ${error.message}`, { cause: error });
  }
}

/** As the gateway decides it. */
function isOpen(options: UpValues): boolean {
  return (localOf(options) ?? (options['trusted-proxy'].length > 0 ? 'refuse' : 'open')) === 'open';
}

/** The first person's password stands in a file until it is changed; then another is had by command. */
function signInHint({ data }: UpValues): string {
  const file = firstSignInFile(data);
  return existsSync(file)
    ? `name and password: cat ${file}`
    : './onenet person reset --name admin gives a new password';
}

function announcement({ urls }: Net, options: UpValues, seconds: number): string {
  const platforms = Object.entries(urls.platforms);
  const [code, url] = platforms[0] ?? ['', ''];
  const gateway = gatewayUrlOf(options) ?? urls.gateway;
  const access = isOpen(options)
    ? `and it is open to every program on this
machine (loopback only), which gets nothing personal.`
    : `and every call needs a
token or a session.`;
  return `OneNet is up (${seconds.toFixed(1)} s).
  dashboard  ${gateway}/
  GraphQL    ${gateway}/graphql
  live       ${gateway}/live
  sign in    ${signInHint(options)}
  platforms  ${platforms.length}, each on its own port, such as ${code}: ${url}/graphql
  logs       ${resolve(options.data)}/logs
This is the reference net: its data is generated (演示数据), ${access} Third parties: docs/consumers.md.
Ctrl-C stops all of it.`;
}

function sandboxAnnouncement({ urls }: Net, options: UpValues, seconds: number): string {
  const gateway = gatewayUrlOf(options) ?? urls.gateway;
  return `OneNet is up, as a sandbox (${seconds.toFixed(1)} s).
  developers ${gateway}/developer
  GraphQL    ${gateway}/graphql
  a client   curl -s -H 'content-type: application/json' -d '{"client_name":"…"}' ${gateway}/oauth/register
  platforms  ${Object.keys(urls.platforms).join(', ')}
  logs       ${resolve(options.data)}/logs
All of it is generated (演示数据), and nothing of a real platform is reached from here. Whoever reaches it
may register a client, which may ask everything for seven days: docs/consumers.md.
Ctrl-C stops all of it.`;
}
