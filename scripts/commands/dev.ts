/** `./onenet dev URL`: a province on this machine with one platform attached, to see it in the net before it is published. */
import { resolve } from 'node:path';
import { runUntilStopped } from '../foreground.ts';
import { startNet, type Net } from '../net.ts';
import { describeOptions, parseOptions, UsageError } from '../options.ts';
import { upOptions } from '../up-options.ts';
import { Attachment } from './attach.ts';

const devOptions = {
  code: {
    kind: 'text',
    default: '',
    help: "the platform's code, e.g. 422800; without it, what the platform itself says",
  },
  serves: {
    kind: 'list',
    default: [],
    help: 'divisions that it serves, if the registry does not know the code (else the whole province)',
  },
  port: {
    ...upOptions.port,
    help: 'first port: gateway and dashboard; then province, analytics, mongod',
  },
  data: { ...upOptions.data, default: '.onenet-dev' },
  fresh: upOptions.fresh,
  'mongodb-uri': upOptions['mongodb-uri'],
  'clickhouse-url': upOptions['clickhouse-url'],
  help: upOptions.help,
} as const;

const explanation = `Starts MongoDB, province, analytics, gateway and dashboard, and no reference platform. Yours is
registered and published through the registry's own checks. What is refused is told; the net stays
up, and tries again when the SDL that the platform serves changes, or on Enter.
As in the registry, URL is a base: it answers at /graphql and /events below it (./onenet sidecar
serves both before any GraphQL server). Give it this net's keys to trust:
  --trust http://127.0.0.1:4000/.well-known/jwks.json`;

/** Resolves with the exit code when it has stopped. */
export async function dev(args: readonly string[], usage: string): Promise<number> {
  try {
    const [first = ''] = args;
    const hasUrl = first !== '' && !first.startsWith('-');
    const options = parseOptions(devOptions, hasUrl ? args.slice(1) : args, process.env);
    if (options.help) {
      const how = usage.replace('[options]', '<URL> [options]');
      console.log(`${how}\n\n${explanation}\n\n${describeOptions(devOptions)}`);
      return 0;
    }
    if (!hasUrl) throw new UsageError('Which platform? ./onenet dev http://127.0.0.1:4100');
    const url = baseOf(first);
    const { 'mongodb-uri': mongodbUri, 'clickhouse-url': clickhouseUrl } = options;
    if (options.fresh && mongodbUri !== '') {
      throw new UsageError('--fresh removes local data only: drop the databases of --mongodb-uri.');
    }
    return await runUntilStopped({
      start: (signal) =>
        startNet({
          port: options.port,
          dataDir: options.data,
          scale: upOptions.scale.default,
          simulatePerSecond: 0,
          hostsNone: true,
          fresh: options.fresh,
          ...(mongodbUri === '' ? {} : { mongodbUri }),
          ...(clickhouseUrl === '' ? {} : { clickhouseUrl }),
          say: (line) => console.log(line),
          signal,
        }),
      announce: (net, seconds) => announcement(net, resolve(options.data), seconds),
      meanwhile: (net, stop) =>
        new Attachment({
          url,
          code: options.code,
          serves: options.serves,
          urls: net.urls,
          dataDir: resolve(options.data),
          say: (line) => console.log(line),
        }).keep(stop),
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** The base URL, whether or not /graphql was typed after it. */
function baseOf(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`"${text}" is no address: write http://127.0.0.1:4100.`);
  }
  return url.href.replace(/\/(graphql\/?)?$/, '');
}

function announcement({ urls }: Net, dataDir: string, seconds: number): string {
  return `OneNet is up (${seconds.toFixed(1)} s).
  dashboard  ${urls.gateway}/
  GraphQL    ${urls.gateway}/graphql
  keys       ${urls.gateway}/.well-known/jwks.json
  logs       ${dataDir}/logs
Ctrl-C stops all of it. Enter publishes the platform again.`;
}
