/** Asks the PostgreSQL that the user names whether it will do, before anything is started with it. */
import { Client } from 'pg';

const answersWithinMs = 3_000;
/** 14, as PostgreSQL counts. */
const oldest = 140_000;

/** Refuses a server that does not answer, is too old, or lets us make no database. */
export async function checkGivenPostgres(uri: string): Promise<void> {
  const given = 'POSTGRES_URI or --postgres-uri';
  const address = URL.parse(uri);
  if (address === null || !/^postgres(ql)?:$/.test(address.protocol)) {
    throw new Error(`${given} is no PostgreSQL URI: write postgres://user@host:5432/postgres.`);
  }
  // The host alone: the URI may hold a password.
  const name = `The PostgreSQL of ${given} (${address.host})`;
  const client = new Client({ connectionString: uri, connectionTimeoutMillis: answersWithinMs });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    throw new Error(`${name} does not answer: ${reason}`, { cause: error });
  }
  try {
    const { rows } = await client.query<{ version: number; makes: boolean }>(
      `SELECT current_setting('server_version_num')::int AS version,
         rolcreatedb OR rolsuper AS makes FROM pg_roles WHERE rolname = current_user`,
    );
    const { version = 0, makes = false } = rows[0] ?? {};
    if (version < oldest) {
      throw new Error(`${name} is version ${Math.floor(version / 10_000)}: 14 is needed.`);
    }
    if (!makes) throw new Error(`${name} lets its user make no database: give it CREATEDB.`);
  } finally {
    await client.end();
  }
}
