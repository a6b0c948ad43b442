/** `node src/sweep.ts`: looks at the deadlines once. What a server does every minute, for a moment of choice. */
import { parseArgs } from 'node:util';
import { Pool } from 'pg';
import { sweep } from './deadlines.ts';
import { parseTime } from './times.ts';

const { values } = parseArgs({
  options: {
    database: { type: 'string', default: process.env['DATABASE_URL'] ?? '' },
    code: { type: 'string', default: '420500' },
    now: { type: 'string', default: new Date().toISOString() },
  },
});
if (values.database === '') {
  console.error('Give a PostgreSQL database with --database or DATABASE_URL.');
  process.exit(2);
}
const pool = new Pool({ connectionString: values.database });
const platform = {
  code: values.code,
  serves: [],
  divisions: new Set<string>(),
  pool,
  frontEnd: '',
};
await sweep(platform, parseTime(values.now));
await pool.end();
