/** The province as a process: options and environment in, one line out when it is ready. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startProvince } from './index.ts';
import type { ProvinceOptions } from './index.ts';

const help = `Starts the province: /graphql, /registry, /access, /oauth/token, /session, /net, /health/live,
/health/ready.

  --port <n>                 port to listen on (4001)
  --host <name>              address to listen on (127.0.0.1)
  --mongodb-uri <uri>        replica set; or MONGODB_URI (mongodb://127.0.0.1:4003/?replicaSet=onenet)
  --database <name>          its database (province)
  --platform-host <name>     host of the platforms (127.0.0.1)
  --platform-base-port <n>   platforms answer at this port plus their offset (4010)
  --analytics-url <url>      base URL of analytics (http://127.0.0.1:4002)
  --usage-days <n>           what nobody used for so long may be taken away (30)
  --public-url <url>         base URL under which the gateway reaches this (its own address)
  --operator-token-file <f>  holds the operator's token; made at the first start
  --allow-host <name>        a host at which platforms may answer, or *.gov.cn; repeatable (any)
  --registered-only          the reference platforms are registered, and not connected
  --development              platforms may answer on this machine and in private networks
  --keys <folder>            keys by which calls to platforms are signed, and access tokens (tokens/)
  --gateway-url <url>        base URL under which clients and browsers reach the net (http://127.0.0.1:4000)
  --issuer <text>            who issues access tokens: iss (onenet)
  --proxy <address>          address or network of gateways on other machines; repeatable
  --first-sign-in <file>     gets the first person's name and password, where there is nobody yet
  --oidc-issuer <url>        provider of identities at which people sign in (none)
  --oidc-client-id <id>      the net's id there
  --oidc-client-secret-file <f>  holds the net's secret there
  --oidc-roles-claim <name>  names leader, team:<platform>, administrator, auditor (roles)
  --reference-clients        the departments of the reference net are admitted at the first start
  --platforms <a,b,…>        codes of the reference platforms that there are (all)
  --sandbox                  this is a sandbox: whoever asks registers a client (/oauth/register), which
                             is granted everything for some days; only over a database of its own
  --sandbox-url <url>        where this net's sandbox is, for the page of developers
  --help`;

const options = {
  port: { type: 'string', default: '4001' },
  host: { type: 'string', default: '127.0.0.1' },
  'mongodb-uri': {
    type: 'string',
    default: process.env['MONGODB_URI'] ?? 'mongodb://127.0.0.1:4003/?replicaSet=onenet',
  },
  database: { type: 'string', default: 'province' },
  'platform-host': { type: 'string', default: '127.0.0.1' },
  'platform-base-port': { type: 'string', default: '4010' },
  'analytics-url': { type: 'string', default: 'http://127.0.0.1:4002' },
  'usage-days': { type: 'string', default: '30' },
  'public-url': { type: 'string' },
  'operator-token-file': { type: 'string' },
  'allow-host': { type: 'string', multiple: true, default: [] as string[] },
  'registered-only': { type: 'boolean', default: false },
  development: { type: 'boolean', default: false },
  keys: { type: 'string' },
  'gateway-url': { type: 'string' },
  issuer: { type: 'string' },
  proxy: { type: 'string', multiple: true, default: [] as string[] },
  'first-sign-in': { type: 'string' },
  'oidc-issuer': { type: 'string' },
  'oidc-client-id': { type: 'string' },
  'oidc-client-secret-file': { type: 'string' },
  'oidc-roles-claim': { type: 'string', default: 'roles' },
  'reference-clients': { type: 'boolean', default: false },
  platforms: { type: 'string' },
  sandbox: { type: 'boolean', default: false },
  'sandbox-url': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;
const values = readOptions();

if (values.help) {
  console.log(help);
} else {
  const province = await startProvince({
    port: port('port', values.port),
    host: values.host,
    mongodbUri: values['mongodb-uri'],
    database: values.database,
    platformHost: values['platform-host'],
    platformBasePort: port('platform-base-port', values['platform-base-port']),
    analyticsUrl: values['analytics-url'],
    registeredOnly: values['registered-only'],
    usageDays: days(values['usage-days']),
    development: values.development,
    allowHosts: values['allow-host'],
    ...given('publicUrl', values['public-url']),
    ...given('operatorTokenFile', values['operator-token-file']),
    proxies: values.proxy,
    referenceClients: values['reference-clients'],
    sandbox: values.sandbox,
    ...(values.platforms !== undefined && { platforms: values.platforms.split(',') }),
    ...given('sandboxUrl', values['sandbox-url']),
    ...given('keysDir', values.keys),
    ...given('gatewayUrl', values['gateway-url']),
    ...given('issuer', values.issuer),
    ...given('firstSignInFile', values['first-sign-in']),
    ...oidc(),
  }).catch(explain);
  console.log(`province is ready: ${province.url}`);
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void province.stop().then(() => process.exit(0));
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
  if (error.name === 'BadOption') fail(error.message, 2);
  if ('code' in error && error.code === 'EADDRINUSE') {
    fail(`port ${values.port} is in use: give another with --port.`, 1);
  }
  if (/^Mongo(ServerSelection|Network|Parse)/.test(error.name)) {
    fail(`MongoDB (--mongodb-uri or MONGODB_URI): ${error.message}`, 1);
  }
  throw error;
}

/** An option that was not given is absent, and not undefined. */
function given<Name extends string>(
  name: Name,
  value: string | undefined,
): { readonly [Key in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]: string });
}

/** All of it, or nothing. */
function oidc(): Pick<ProvinceOptions, 'oidc'> {
  const { 'oidc-issuer': issuer, 'oidc-client-id': clientId } = values;
  const { 'oidc-client-secret-file': file, 'oidc-roles-claim': rolesClaim } = values;
  if (issuer === undefined && clientId === undefined && file === undefined) return {};
  if (issuer === undefined || clientId === undefined || file === undefined) {
    fail('--oidc-issuer, --oidc-client-id and --oidc-client-secret-file come together.', 2);
  }
  try {
    const clientSecret = readFileSync(file, 'utf8').trim();
    return { oidc: { issuer, clientId, clientSecret, rolesClaim } };
  } catch {
    fail(`--oidc-client-secret-file ${file} cannot be read.`, 2);
  }
}

function port(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  fail(`--${option} ${text} is not a port: from 0 to 65535.`, 2);
}

function days(text: string): number {
  if (/^\d{1,2}$/.test(text) && Number(text) <= 90) return Number(text);
  fail(`--usage-days ${text} is no number of days from 0 to 90.`, 2);
}

function fail(message: string, code: number): never {
  console.error(`province: ${message}`);
  process.exit(code);
}
