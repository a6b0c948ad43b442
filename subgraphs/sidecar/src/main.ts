/** The sidecar as a process: reads flags and environment, serves, stops when told. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { UnfitDatabase } from '@onenet/feed';
import { BadOutbox } from './outbox.ts';
import { startSidecar } from './sidecar.ts';

interface Flag {
  readonly value: string;
  readonly help: string;
  readonly env?: string;
  readonly fallback?: string;
  /** Instead of a default that depends on nothing. */
  readonly note?: string;
}

/** The one list: what is parsed, its default and its line in --help. */
const flags = {
  code: { value: 'code', help: "the platform's code, such as 420500" },
  upstream: {
    value: 'url',
    help: 'the GraphQL endpoint of the server behind',
    env: 'UPSTREAM_URL',
  },
  outbox: {
    value: 'uri',
    help: 'postgres://… or mongodb://…/<database>, where the outbox is',
    env: 'OUTBOX_URI',
  },
  port: { value: 'port', help: 'port to listen on; 0: any', fallback: '4015' },
  host: { value: 'address', help: 'address to listen on', fallback: '127.0.0.1' },
  trust: {
    value: 'url|file,…',
    help: "JWK sets whose assertions are taken, like the gateway's /.well-known/jwks.json; for some parts of the net only: gateway+province=<url|file>",
  },
  unsigned: {
    value: 'what',
    help: 'calls without an assertion: refuse, or loopback (taken from this machine)',
    note: 'default: refuse with --trust',
  },
  province: {
    value: 'url',
    help: 'base URL of the province, where the platform follows what it has granted to third parties',
    note: 'without it they are refused',
  },
  'token-file': {
    value: 'file',
    help: "holds the platform's token at the province",
    note: 'a development province answers this machine without one',
  },
  timeout: {
    value: 'ms',
    help: 'milliseconds that the server behind may take',
    fallback: '30000',
  },
} as const satisfies Readonly<Record<string, Flag>>;
type FlagName = keyof typeof flags;

const values = readFlags();
if (values === 'help') {
  process.stdout.write(help());
} else {
  await main(values);
}

async function main(given: Readonly<Record<FlagName, string>>): Promise<void> {
  const told = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => told.resolve());
  const sidecar = await startSidecar({
    code: code(given.code),
    upstream: httpUrl('upstream', given.upstream),
    outbox: required('outbox', given.outbox),
    port: number('port', given.port, 0, 65_535),
    host: given.host,
    trust: given.trust.split(',').filter((source) => source !== ''),
    ...unsigned(given.unsigned),
    ...(await province(given.province, given['token-file'])),
    timeoutMs: number('timeout', given.timeout, 1, 600_000),
  }).catch(explain);
  console.log(`sidecar of ${given.code} is ready: ${sidecar.url}`);
  await told.promise;
  await sidecar.stop();
  process.exit(0);
}

function readFlags(): 'help' | Readonly<Record<FlagName, string>> {
  const names = Object.keys(flags) as FlagName[];
  const options = {
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
    help: { type: 'boolean' as const },
  };
  try {
    const parsed: Readonly<Record<string, unknown>> = parseArgs({ options }).values;
    if (parsed['help'] === true) return 'help';
    const valueOf = (name: FlagName): string => {
      const { env, fallback }: Flag = flags[name];
      const given = parsed[name];
      if (typeof given === 'string') return given;
      return (env === undefined ? undefined : process.env[env]) ?? fallback ?? '';
    };
    return Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<
      FlagName,
      string
    >;
  } catch (error) {
    // Node's hints after the first sentence are for programs with other rules.
    const reason = error instanceof Error ? error.message.split(/\.\s/)[0] : String(error);
    fail(`${reason}. See --help.`, 2);
  }
}

function help(): string {
  const lines = Object.entries(flags).map(([name, flag]: [string, Flag]) => {
    const notes = [
      flag.note,
      flag.fallback && `default ${flag.fallback}`,
      flag.env && `or ${flag.env}`,
    ];
    const note = notes.filter(Boolean).join(', ');
    return `  ${`--${name} <${flag.value}>`.padEnd(24)}${flag.help}${note && ` (${note})`}`;
  });
  return [
    './onenet sidecar [options]',
    '',
    'Beside any GraphQL server: numbers, chains and serves the events of its outbox table, verifies the',
    'assertion of every call, keeps the access record, and passes GraphQL on. Serves /graphql, /events,',
    '/access, /health/live and /health/ready.',
    '',
    ...lines,
    `  ${'--help'.padEnd(24)}this text`,
    '',
  ].join('\n');
}

function required(name: FlagName, text: string): string {
  const { env }: Flag = flags[name];
  if (text === '') fail(`give --${name}${env === undefined ? '' : ` or ${env}`}. See --help.`, 2);
  return text;
}

function code(text: string): string {
  if (!/^[0-9A-Z][0-9A-Z-]{0,31}$/.test(required('code', text))) {
    fail(`--code ${text}: a platform's code, such as 420500 or SGCC-HB.`, 2);
  }
  return text;
}

function httpUrl(name: FlagName, text: string): string {
  const url = URL.parse(required(name, text));
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    fail(`--${name} ${text}: an address such as http://127.0.0.1:8000/graphql.`, 2);
  }
  return text;
}

function unsigned(text: string) {
  if (text === '') return {};
  if (text === 'refuse' || text === 'loopback') return { unsigned: text } as const;
  fail(`--unsigned ${text}: refuse or loopback.`, 2);
}

/** Where grants are followed, and by which token. */
async function province(url: string, file: string) {
  if (file !== '' && url === '') fail('--token-file: give --province with it.', 2);
  if (url === '') return {};
  const found = { province: httpUrl('province', url) };
  if (file === '') return found;
  const token = await readFile(file, 'utf8').catch((error: unknown) =>
    fail(`--token-file: ${error instanceof Error ? error.message : String(error)}`, 2),
  );
  return { ...found, token: token.trim() };
}

function number(name: FlagName, text: string, least: number, most: number): number {
  const value = text === '' ? Number.NaN : Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    fail(`--${name} ${text}: a whole number from ${least} to ${most}.`, 2);
  }
  return value;
}

/** What the surroundings refuse is one line; anything else is a defect, and keeps its stack. */
function explain(error: unknown): never {
  if (!(error instanceof Error)) throw error;
  if (error instanceof BadOutbox) fail(`--outbox: ${error.message}`, 2);
  if (error instanceof UnfitDatabase) fail(`the outbox: ${error.message}`, 1);
  if ('code' in error && error.code === 'EADDRINUSE') {
    fail('the port is in use: give another with --port.', 1);
  }
  // The driver's own errors carry the database's code or the system's; neither repeats the password.
  const isDatabase = /^(Mongo|DatabaseError|AggregateError)/.test(error.name) || 'code' in error;
  if (isDatabase) fail(`the outbox (--outbox or OUTBOX_URI): ${messageOf(error)}`, 1);
  throw error;
}

/** Of a refused connection on every address of a name, the first. */
function messageOf(error: Error): string {
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return first instanceof Error ? first.message : error.message;
}

function fail(message: string, exitCode: number): never {
  console.error(`sidecar: ${message}`);
  process.exit(exitCode);
}
