/** Analytics as a process: options and environment in, one line out when it is ready. */
import { parseArgs } from 'node:util';
import { leastRetentionDays } from './access/retention.ts';
import { BadDestinations } from './alerts/destinations.ts';
import { startAnalytics } from './index.ts';
import { leastRawDays, leastUsageDays } from './operation/retention.ts';

const help = `Starts analytics: /graphql, /live, /access, /briefs, /backup, /operation, /health/live and
/health/ready.

  --port <n>                  port to listen on (4002)
  --host <name>               address to listen on (127.0.0.1)
  --data <directory>          tables of the embedded ClickHouse, one process each (.onenet/analytics)
  --mongodb-uri <uri>         replica set; or MONGODB_URI (mongodb://127.0.0.1:4003/?replicaSet=onenet)
  --database <name>           its database (analytics)
  --province-url <url>        base URL of the province (http://127.0.0.1:4001)
  --gateway-url <url>         base URL of the gateway, whose feed tells what consumers asked;
                              without it no usage is read
  --keys <directory>          private keys, those of analytics in analytics/: calls to owners are signed with them;
                              without it they are not signed
  --access-retention-days <n> for how long access records are kept: at least, and by default, 1096
  --raw-retention-days <n>    for how long single events are kept: 62 at least; without it, for ever. Rollups are kept
  --usage-retention-days <n>  for how long it is kept what was asked: 62 at least; without it, for ever
  --notify <file>             tell alerts by webhook and e-mail, as this file says, which holds secrets: docs/alerts.md.
                              It is read again when it changes; without it alerts are shown and told to nobody
  --clickhouse-url <url>      a ClickHouse server in place of the embedded one; or CLICKHOUSE_URL
  --clickhouse-cluster <name> its cluster: replicated tables, made on all of it
  --worker <name>             of several processes that share a ClickHouse server and a database, the name of
                              this one: each reads the feeds whose leases it has. Give one of them --gateway-url
  --help`;

const options = {
  port: { type: 'string', default: '4002' },
  host: { type: 'string', default: '127.0.0.1' },
  data: { type: 'string', default: '.onenet/analytics' },
  'mongodb-uri': {
    type: 'string',
    default: process.env['MONGODB_URI'] ?? 'mongodb://127.0.0.1:4003/?replicaSet=onenet',
  },
  database: { type: 'string', default: 'analytics' },
  'province-url': { type: 'string', default: 'http://127.0.0.1:4001' },
  'gateway-url': { type: 'string' },
  keys: { type: 'string' },
  'access-retention-days': { type: 'string', default: '1096' },
  'raw-retention-days': { type: 'string' },
  'usage-retention-days': { type: 'string' },
  notify: { type: 'string' },
  'clickhouse-url': { type: 'string', default: process.env['CLICKHOUSE_URL'] ?? '' },
  'clickhouse-cluster': { type: 'string' },
  worker: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;
const values = readOptions();

if (values.help) {
  console.log(help);
} else {
  const clickhouseUrl = values['clickhouse-url'];
  const cluster = values['clickhouse-cluster'];
  const { worker } = values;
  if (worker !== undefined && clickhouseUrl === '') {
    fail('--worker needs --clickhouse-url: the embedded engine is of one process.', 2);
  }
  const raw = values['raw-retention-days'];
  const usage = values['usage-retention-days'];
  const analytics = await startAnalytics({
    port: port('port', values.port),
    host: values.host,
    dataDir: values.data,
    mongodbUri: values['mongodb-uri'],
    database: values.database,
    provinceUrl: values['province-url'],
    ...(values['gateway-url'] === undefined ? {} : { gatewayUrl: values['gateway-url'] }),
    ...(values.keys === undefined ? {} : { keysDir: values.keys }),
    accessRetentionDays: retention('access', leastRetentionDays, values['access-retention-days']),
    ...(raw === undefined ? {} : { rawRetentionDays: retention('raw', leastRawDays, raw) }),
    ...(usage === undefined
      ? {}
      : { usageRetentionDays: retention('usage', leastUsageDays, usage) }),
    ...(values.notify === undefined ? {} : { notify: values.notify }),
    ...(clickhouseUrl === '' ? {} : { clickhouseUrl }),
    ...(cluster === undefined ? {} : { clickhouseCluster: cluster }),
    ...(worker === undefined ? {} : { worker }),
  }).catch(explain);
  console.log(`analytics is ready: ${analytics.url}`);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void analytics.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
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
  if ('code' in error && error.code === 'EADDRINUSE') {
    fail(`port ${values.port} is in use: give another with --port.`, 1);
  }
  if (error instanceof BadDestinations) fail(`--notify ${error.message}`, 2);
  if (/^Mongo(ServerSelection|Network|Parse)/.test(error.name)) {
    fail(`MongoDB (--mongodb-uri or MONGODB_URI): ${error.message}`, 1);
  }
  throw error;
}

function port(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  fail(`--${option} ${text} is not a port: from 0 to 65535.`, 2);
}

function retention(table: string, least: number, text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= least && days <= 36_500) return days;
  fail(`--${table}-retention-days ${text}: a whole number from ${least} to 36500.`, 2);
}

function fail(message: string, code: number): never {
  console.error(`analytics: ${message}`);
  process.exit(code);
}
