/** The platforms' process: reads flags and environment, serves, stops when told. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { platforms } from '@onenet/platforms';
import { NetError } from '@onenet/contract';
import { parseDepartmentUrl, type DepartmentUrls } from './modules/matching/departments.ts';
import { NoReplicaSet, startPlatforms } from './serve.ts';

const help = `Serves platforms of the reference net, each on a port and in a database of its own.

  node src/main.ts [options]

  --mongodb-uri <uri>   A MongoDB replica set; also MONGODB_URI
  --platforms <codes>   Comma-separated; all of the reference net when absent
  --base-port <port>    Each platform listens on this plus its own offset; 0: any (default 4010)
  --platform <code>     One platform alone, in production: no reference records unless --scale is given
  --port <port>         With --platform: its port (default 4010)
  --host <address>      Where to listen (default 127.0.0.1)
  --database-prefix <p> Before platform_<code>, the name of each database
  --scale <share>       Share of the large figures that becomes records on the first start,
                        above 0, at most 1 (default 0.01)
  --simulate <rate>     Simulated events a second over all platforms (default 0)
  --trust <url|file>    A JWK set whose assertions are taken, like the gateway's
                        /.well-known/jwks.json; may be given several times. For some parts of the
                        net only: gateway+province=<url|file>
  --unsigned <what>     Calls without an assertion: refuse, or loopback to take those of this machine
                        (default: refuse where --trust is given, else loopback)
  --province <url>      Base URL of the province, where each platform follows what it has granted to
                        third parties; without it they are refused
  --token-file <file>   With --platform: its token at the province; a development province answers
                        this machine without one
  --department <code=url>  Where one of Platform.departments is asked, as docs/matching.md says;
                        may be given several times
  --help                This
`;

const options = {
  'mongodb-uri': { type: 'string', default: process.env['MONGODB_URI'] ?? '' },
  platforms: { type: 'string', default: '' },
  'base-port': { type: 'string', default: '4010' },
  platform: { type: 'string' },
  port: { type: 'string', default: '4010' },
  host: { type: 'string', default: '127.0.0.1' },
  'database-prefix': { type: 'string', default: '' },
  scale: { type: 'string' },
  simulate: { type: 'string', default: '0' },
  trust: { type: 'string', multiple: true, default: [] as string[] },
  unsigned: { type: 'string' },
  province: { type: 'string' },
  'token-file': { type: 'string' },
  department: { type: 'string', multiple: true, default: [] as string[] },
  help: { type: 'boolean', default: false },
} as const;
const values = readOptions();

if (values.help) {
  process.stdout.write(help);
} else {
  await main();
}

async function main(): Promise<void> {
  if (!values['mongodb-uri']) fail('give a MongoDB with --mongodb-uri or MONGODB_URI.', 2);
  const stopping = new AbortController();
  const told = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stopping.abort(new Error(`stopped by ${signal}`));
      told.resolve();
    });
  }
  const started = startPlatforms({
    mongodbUri: values['mongodb-uri'],
    host: values.host,
    databasePrefix: values['database-prefix'],
    ...chosen(),
    simulatePerSecond: number('simulate', values.simulate, 0, 10_000),
    trust: values.trust,
    ...unsigned(),
    ...(await province()),
    departmentUrls: departmentUrls(),
    say: (line) => console.log(line),
    signal: stopping.signal,
  });
  const net = await started.catch((error: unknown) => {
    if (stopping.signal.aborted) process.exit(0);
    explain(error);
  });
  const urls = Object.values(net.urls);
  console.log(
    `${urls.length} ${urls.length === 1 ? 'platform' : 'platforms'} ready: ${urls.join(' ')}`,
  );
  await told.promise;
  await net.stop();
  process.exit(0);
}

/** A mistake in the options is one line, without Node's hints and stack. */
function readOptions() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(/\.\s/)[0] : String(error);
    fail(`${reason}. See --help.`, 2);
  }
}

/** What the surroundings refuse is one line; anything else is a defect, and keeps its stack. */
function explain(error: unknown): never {
  if (!(error instanceof Error)) throw error;
  if (error instanceof NoReplicaSet) fail(error.message, 1);
  if ('code' in error && error.code === 'EADDRINUSE') {
    const flag = values.platform === undefined ? '--base-port' : '--port';
    fail(
      `port ${'port' in error ? String(error.port) : ''} is in use: give another with ${flag}.`,
      1,
    );
  }
  if (/^Mongo(ServerSelection|Network|Parse)/.test(error.name)) {
    fail(`MongoDB (--mongodb-uri or MONGODB_URI): ${error.message}`, 1);
  }
  throw error;
}

/** The platforms, their ports, and how much reference data. */
function chosen() {
  const scale = values.scale === undefined ? undefined : number('scale', values.scale, 0, 1);
  if (values.platform !== undefined) {
    const port = number('port', values.port, 0, 65_535);
    const known = platforms.find(({ code }) => code === values.platform);
    if (!known)
      fail(`--platform ${values.platform}: no platform of the reference net has this code.`, 2);
    return {
      codes: [known.code],
      // The port is given whole, so the platform's own offset is taken off.
      basePort: port === 0 ? 0 : port - known.portOffset,
      scale: scale ?? null,
    };
  }
  const codes = values.platforms.split(',').filter((code) => code !== '');
  return {
    codes: codes.length > 0 ? codes : platforms.map(({ code }) => code),
    basePort: number('base-port', values['base-port'], 0, 65_000),
    scale: scale ?? 0.01,
  };
}

/** What becomes of calls without an assertion. */
function unsigned() {
  const { unsigned: text } = values;
  if (text === undefined) return {};
  if (text === 'refuse' || text === 'loopback') return { unsigned: text } as const;
  fail(`--unsigned ${text}: refuse or loopback.`, 2);
}

/** Where grants are followed, and by which token. */
async function province() {
  const { province: url, 'token-file': file } = values;
  if (file !== undefined && (url === undefined || values.platform === undefined)) {
    fail('--token-file: give --province and --platform with it.', 2);
  }
  if (url === undefined) return {};
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    fail(`--province ${url}: an address such as http://127.0.0.1:4001.`, 2);
  }
  if (file === undefined) return { provinceUrl: url };
  const token = await readFile(file, 'utf8').catch((error: unknown) =>
    fail(`--token-file: ${error instanceof Error ? error.message : String(error)}`, 2),
  );
  return { provinceUrl: url, token: token.trim() };
}

/** Department code → address. A code that no platform of the process knows would be a silent mistake. */
function departmentUrls(): DepartmentUrls {
  const known = new Set(platforms.flatMap(({ departments = [] }) => departments.map(codeOf)));
  return new Map(
    values.department.map((text) => {
      const [, code = '', url = ''] = /^([A-Z_]+)=(.+)$/.exec(text) ?? [];
      if (!known.has(code))
        fail(`--department ${text}: <code>=<url>, with the code of a department.`, 2);
      try {
        return [code, parseDepartmentUrl(url)] as const;
      } catch (error) {
        if (!(error instanceof NetError)) throw error;
        fail(`--department ${text}: ${error.message}`, 2);
      }
    }),
  );
}

function codeOf({ code }: { readonly code: string }): string {
  return code;
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text === '' || !(value >= least && value <= most)) {
    fail(`--${name} ${text}: a number from ${least} to ${most}.`, 2);
  }
  return value;
}

function fail(message: string, code: number): never {
  console.error(`platform: ${message}`);
  process.exit(code);
}
