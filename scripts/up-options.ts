/** The options of `npm start` and `./onenet up`: parsing, defaults and `--help` come from here. */
export const upOptions = {
  sandbox: {
    kind: 'flag',
    default: false,
    help: 'a sandbox for developers instead, beside the net; its options: --sandbox --help',
  },
  port: {
    kind: 'number',
    default: 4000,
    whole: true,
    atLeast: 1,
    atMost: 65_000,
    help: 'first port: gateway; then province, analytics, the databases; platforms from the tenth after it',
  },
  data: { kind: 'text', default: '.onenet', help: 'directory of all data and logs' },
  scale: {
    kind: 'number',
    default: 0.01,
    atLeast: 0.0001,
    atMost: 1,
    help: 'share of the large reference figures that is generated as records',
  },
  simulate: {
    kind: 'number',
    default: 5,
    atMost: 10_000,
    help: 'simulated events a second, over all platforms; 0 for none',
  },
  platforms: { kind: 'list', default: [], help: 'codes of the platforms to host; all without it' },
  fresh: { kind: 'flag', default: false, help: 'remove the data of earlier starts first' },
  'gateway-url': {
    kind: 'text',
    default: '',
    help: 'base URL under which clients and browsers reach the net, such as https://onenet.example.cn; without it this machine alone',
  },
  'trusted-proxy': {
    kind: 'list',
    default: [],
    help: 'reverse proxies (10.1.2.9, 10.1.2.0/24, loopback) whose word on where a call comes from is believed',
  },
  local: {
    kind: 'text',
    default: '',
    help: 'calls from this machine without credentials: open or refuse; without it open, behind a proxy refuse',
  },
  'sandbox-url': {
    kind: 'text',
    default: '',
    help: "where this net's sandbox is: the page of developers leads there",
  },
  notify: {
    kind: 'text',
    default: '',
    help: 'file that says where alerts are told by webhook and e-mail (docs/alerts.md); without it nowhere',
  },
  'mongodb-uri': {
    kind: 'text',
    default: '',
    env: 'MONGODB_URI',
    help: 'MongoDB replica set to use instead of starting one',
  },
  'postgres-uri': {
    kind: 'text',
    default: '',
    env: 'POSTGRES_URI',
    help: 'PostgreSQL server to use instead of starting one',
  },
  'clickhouse-url': {
    kind: 'text',
    default: '',
    env: 'CLICKHOUSE_URL',
    help: 'ClickHouse to use instead of the embedded one',
  },
  help: { kind: 'flag', default: false, help: 'this text' },
} as const;

/**
 * Those of a sandbox: by default it runs beside the net. There is none for a database that runs already,
 * and the environment is not asked for one: it might be a net's.
 */
export const sandboxOptions = {
  sandbox: { ...upOptions.sandbox, help: 'a sandbox for developers: whoever asks gets a client' },
  port: { ...upOptions.port, default: 4200 },
  data: { ...upOptions.data, default: '.onenet-sandbox' },
  scale: { ...upOptions.scale, default: 0.001 },
  simulate: { ...upOptions.simulate, default: 1 },
  platforms: {
    kind: 'list',
    // The provincial aid centre, a large city, one that keeps the contract before, a small one.
    default: ['420000-AID', '420100', '421100', '429004'],
    help: 'codes of the reference platforms that it has, and that there are no others of',
  },
  fresh: upOptions.fresh,
  'gateway-url': upOptions['gateway-url'],
  'trusted-proxy': upOptions['trusted-proxy'],
  local: upOptions.local,
  help: upOptions.help,
} as const;
