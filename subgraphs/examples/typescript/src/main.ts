/** `node src/main.ts`: serves the platform on this machine, for the sidecar before it. */
import { parseArgs } from 'node:util';
import { startServer } from './server.ts';

const { values } = parseArgs({
  options: {
    database: { type: 'string', default: process.env['DATABASE_URL'] ?? '' },
    code: { type: 'string', default: '420500' },
    serves: { type: 'string', default: '420500' },
    port: { type: 'string', default: '8000' },
    'front-end': { type: 'string' },
    sweep: { type: 'string', default: '60' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || values.database === '') {
  console.error(`node src/main.ts [options]

  --database <uri>   postgres://… (or DATABASE_URL)
  --code <code>      the platform's code (${values.code})
  --serves <codes>   divisions that it serves, comma-separated (${values.serves})
  --port <n>         on 127.0.0.1 (${values.port})
  --front-end <url>  the front end, whose /join takes applications
  --sweep <seconds>  how often deadlines are looked at (${values.sweep}); 0: never`);
  process.exit(values.help ? 0 : 2);
}

const server = await startServer({
  database: values.database,
  code: values.code,
  serves: values.serves.split(','),
  port: Number(values.port),
  // As long as nobody says otherwise: a domain that is nobody's.
  frontEnd: values['front-end'] ?? `https://union.example/${values.code}`,
  sweepMs: Number(values.sweep) * 1_000,
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.stop());
}
