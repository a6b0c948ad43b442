/** Asks a pool, for the parts of the store on PostgreSQL. */
import type { Pool, QueryResultRow } from 'pg';

export interface Query {
  readonly rows: <Row extends QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
  ) => Promise<readonly Row[]>;
  /** Resolves to how many rows were written. */
  readonly run: (sql: string, values?: readonly unknown[]) => Promise<number>;
  /** The one number of a query whose column is `count`. */
  readonly count: (sql: string, values?: readonly unknown[]) => Promise<number>;
}

export function queryOf(pool: Pool): Query {
  const rows: Query['rows'] = async <Row extends QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ) => (await pool.query<Row>(sql, [...values])).rows;
  return {
    rows,
    run: async (sql, values = []) => (await pool.query(sql, [...values])).rowCount ?? 0,
    async count(sql, values) {
      const [row] = await rows<{ count: string }>(sql, values);
      return Number(row?.count ?? 0);
    },
  };
}
