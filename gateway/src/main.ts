/** The gateway as a process: options and environment in, one line out when it is ready. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const help = `Starts the gateway: /graphql, /q, /exports, /briefs, /live, /health/live, /health/ready, /metrics,
/events, /schemas/envelope.v1.json, /.well-known/jwks.json, and the dashboard at /; /oauth/token and
/session are the province's.

A call has an access token (authorization: Bearer, from /oauth/token) or a session (a cookie, from
/session). One from this machine needs neither, where --local is open: it is given every field that is
not personal.

  --port <n>             port to listen on (4000)
  --host <name>          address to listen on (127.0.0.1)
  --province-url <url>   base URL of the province (http://127.0.0.1:4001)
  --dashboard <folder>   the built dashboard, served at /
  --state <folder>       keeps the last owner directory, to start from while the province is down
  --keys <folder>        private keys, a folder below it for each part of the net, that sign every call to an
                         owner; a first one is made (<state>/keys; without either, calls are unsigned)
  --mongodb-uri <uri>    replica set in which all gateways share the clients' quotas and exports, and keep
                         what consumers asked, served at /events (or MONGODB_URI; needs --state; without
                         it, each gateway counts alone, there are no exports, and what is asked is not kept)
  --database <name>      its database (gateway)
  --local <open|refuse>  calls from this machine without credentials (open where --host is this machine,
                         else refuse); one through a proxy is always refused
  --trusted-proxy <network>  a reverse proxy (10.1.2.9, 10.1.2.0/24, loopback) whose x-forwarded-for, -proto
                         and -host are believed, several times for several; no call that it brings is one
                         of this machine (none)
  --token-issuer <text>  iss of the access tokens that are taken (onenet)
  --token-jwks-url <url> the keys by which they are signed (the province's)
  --token-audience <text>  one of their aud (onenet)
  --token-client-claim <name>  the claim that names the client (client_id)
  --open-metrics         /metrics is for everybody, and not for this machine alone
  --log-level <level>    trace, debug, info, warn, error or silent (info)
  --help`;

const options = {
  port: { type: 'string', default: '4000' },
  host: { type: 'string', default: '127.0.0.1' },
  'province-url': { type: 'string', default: 'http://127.0.0.1:4001' },
  dashboard: { type: 'string' },
  state: { type: 'string' },
  keys: { type: 'string' },
  'mongodb-uri': { type: 'string' },
  database: { type: 'string', default: 'gateway' },
  local: { type: 'string' },
  'trusted-proxy': { type: 'string', multiple: true, default: [] as string[] },
  'token-issuer': { type: 'string' },
  'token-jwks-url': { type: 'string' },
  'token-audience': { type: 'string' },
  'token-client-claim': { type: 'string' },
  'open-metrics': { type: 'boolean', default: false },
  'log-level': { type: 'string', default: 'info' },
  help: { type: 'boolean', default: false },
} as const;
const values = readOptions();

if (values.help) {
  console.log(help);
} else {
  // The vendor's modules look at it when they load, so they are loaded after it is set.
  process.env['APOLLO_TELEMETRY_DISABLED'] ??= '1';
  process.env['NODE_ENV'] ??= 'production';
  const { startGateway } = await import('./index.ts');
  const gateway = await startGateway({
    port: port(values.port),
    host: values.host,
    provinceUrl: values['province-url'],
    dashboardDir: values.dashboard,
    stateDir: values.state,
    keysDir: values.keys ?? (values.state === undefined ? undefined : join(values.state, 'keys')),
    usage: usageOptions(),
    quota: sharedOptions(),
    exports: sharedOptions(),
    local: localPolicy(),
    trustedProxies: values['trusted-proxy'],
    tokens: {
      issuer: values['token-issuer'],
      jwksUrl: values['token-jwks-url'],
      audience: values['token-audience'],
      clientClaim: values['token-client-claim'],
    },
    openMetrics: values['open-metrics'],
    logLevel: values['log-level'],
  }).catch(explain);
  console.log(`gateway is ready: ${gateway.url}`);
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void gateway.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function localPolicy() {
  const { local } = values;
  if (local === undefined || local === 'open' || local === 'refuse') return local;
  fail(`--local ${local} is neither open nor refuse.`, 2);
}

function sharedOptions() {
  const mongodbUri = values['mongodb-uri'] ?? process.env['MONGODB_URI'];
  return mongodbUri === undefined ? undefined : { mongodbUri, database: values.database };
}

function usageOptions() {
  const mongodbUri = values['mongodb-uri'] ?? process.env['MONGODB_URI'];
  if (mongodbUri === undefined) return undefined;
  if (values.state !== undefined) return { mongodbUri, database: values.database };
  if (values['mongodb-uri'] === undefined) return undefined;
  fail('--mongodb-uri needs --state: usage is spooled in that folder.', 2);
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
  if (error.name === 'NoNetwork') fail(`--trusted-proxy: ${error.message}`, 2);
  if ('code' in error && error.code === 'EADDRINUSE') {
    fail(`port ${values.port} is in use: give another with --port.`, 1);
  }
  throw error;
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  fail(`--port ${text} is not a port: from 0 to 65535.`, 2);
}

function fail(message: string, code: number): never {
  console.error(`gateway: ${message}`);
  process.exit(code);
}
