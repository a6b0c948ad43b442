/** The command that runs the whole net in the foreground until it is told to stop. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
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
    return await runUntilStopped({
      start: (stop) => startNet(netOptions(options, stop)),
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
};

function netOptions(options: UpValues, signal: AbortSignal) {
  const { 'mongodb-uri': mongodbUri, 'clickhouse-url': clickhouseUrl } = options;
  const { 'postgres-uri': postgresUri, 'sandbox-url': sandboxUrl } = options;
  if (options.fresh && mongodbUri !== '') {
    throw new UsageError('--fresh removes local data only: drop the databases of --mongodb-uri.');
  }
  if (options.fresh && postgresUri !== '') {
    throw new UsageError('--fresh removes local data only: drop the databases of --postgres-uri.');
  }
  return {
    port: options.port,
    dataDir: options.data,
    scale: options.scale,
    simulatePerSecond: options.simulate,
    platforms: options.platforms,
    fresh: options.fresh,
    sandbox: options.sandbox,
    ...(sandboxUrl === '' ? {} : { sandboxUrl }),
    ...(mongodbUri === '' ? {} : { mongodbUri }),
    ...(postgresUri === '' ? {} : { postgresUri }),
    ...(clickhouseUrl === '' ? {} : { clickhouseUrl }),
    say: (line: string) => console.log(line),
    signal,
  };
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
  return `OneNet is up (${seconds.toFixed(1)} s).
  dashboard  ${urls.gateway}/
  GraphQL    ${urls.gateway}/graphql
  live       ${urls.gateway}/live
  sign in    ${signInHint(options)}
  platforms  ${platforms.length}, each on its own port, such as ${code}: ${url}/graphql
  logs       ${resolve(options.data)}/logs
This is the reference net: its data is generated (演示数据), and it is open to every program on this
machine (loopback only), which gets nothing personal. Third parties: docs/consumers.md.
Ctrl-C stops all of it.`;
}

function sandboxAnnouncement({ urls }: Net, options: UpValues, seconds: number): string {
  return `OneNet is up, as a sandbox (${seconds.toFixed(1)} s).
  developers ${urls.gateway}/developer
  GraphQL    ${urls.gateway}/graphql
  a client   curl -s -H 'content-type: application/json' -d '{"client_name":"…"}' ${urls.gateway}/oauth/register
  platforms  ${Object.keys(urls.platforms).join(', ')}
  logs       ${resolve(options.data)}/logs
All of it is generated (演示数据), and nothing of a real platform is reached from here. Whoever reaches it
may register a client, which may ask everything for seven days: docs/consumers.md.
Ctrl-C stops all of it.`;
}
