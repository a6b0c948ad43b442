/** The one door to ClickHouse: the embedded engine on a directory, or a server by URL, with the same SQL. */
import type { Readable } from 'node:stream';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { ClickHouseClientConfigOptions } from '@clickhouse/client';
import { createChdbConnection } from 'chdb/connection';

/** Where the tables are: a directory of the embedded engine (one process each), or a server. */
export type ClickHouseTarget =
  | { readonly dataDir: string }
  | { readonly url: string; readonly cluster?: string };

export interface ClickHouse {
  /** The cluster of the DDL, or undefined for plain tables. */
  readonly cluster: string | undefined;
  /** Whether it is a server, which other processes use too, or the engine of this one. */
  readonly isServer: boolean;
  /** All rows of a query. 64-bit numbers are numbers. */
  rows<Row>(sql: string): Promise<Row[]>;
  /**
   * Runs a statement. Settings stand in the SQL: the embedded engine keeps one session, in which
   * a setting given beside a statement would hold for all later ones, a deduplication token too.
   */
  run(sql: string): Promise<void>;
  /** The answer's bytes, in the format that the SQL names. */
  bytes(sql: string): Promise<Readable>;
  close(): Promise<void>;
}

/**
 * A question about a state names each platform that has gone on since, some 140 bytes each: the default of 256 KiB ended
 * at 1,900 of them. The parser needs it before it reads a setting in the SQL; it is the same for all statements.
 */
const maxQueryBytes = 16 * 1024 * 1024;
/** … and each a condition, which the parser counts too. */
const always = {
  max_query_size: String(maxQueryBytes),
  max_ast_elements: '1000000',
  max_expanded_ast_elements: '2000000',
} as const;

/** Opens the engine or the connection. */
export function openClickHouse(target: ClickHouseTarget): ClickHouse {
  const client =
    'url' in target
      ? createClient({
          url: target.url,
          request_timeout: 300_000,
          // Over HTTP nothing sticks; without it a load balancer cuts a long copy off as idle.
          clickhouse_settings: {
            ...always,
            send_progress_in_http_headers: 1,
            http_headers_progress_interval_ms: '10000',
          },
          // What fails is thrown, and told once, by who asked.
          log: { level: ClickHouseLogLevel.OFF },
        })
      : createClient({ connection: embedded(target.dataDir), clickhouse_settings: always });
  return {
    cluster: 'url' in target ? target.cluster : undefined,
    isServer: 'url' in target,
    async rows<Row>(sql: string) {
      const result = await client.query({
        query: `${sql}\nSETTINGS output_format_json_quote_64bit_integers = 0`,
        format: 'JSONEachRow',
      });
      return await result.json<Row>();
    },
    async run(sql) {
      await client.command({ query: sql });
    },
    async bytes(sql) {
      const { stream } = await client.exec({ query: sql });
      return stream;
    },
    close: () => client.close(),
  };
}

/** The engine's adapter: its types are those of another copy of the client's own. */
function embedded(path: string): NonNullable<ClickHouseClientConfigOptions['connection']> {
  return createChdbConnection({ path }) as unknown as NonNullable<
    ClickHouseClientConfigOptions['connection']
  >;
}

/** Whether ClickHouse itself refused, and not the way to it failed: both clients give its error's number then. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || isOutOfSpace(error)) return false;
  return /^\d+$/.test(codeOf(error));
}

/** Whether a disk is full: that is no word on what was to be written, and passes when somebody makes room. */
export function isOutOfSpace(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // ClickHouse's NOT_ENOUGH_SPACE, where it looked before it wrote, and MongoDB's OutOfDiskSpace.
  return ['243', '14031'].includes(codeOf(error)) || /no space left on device/i.test(error.message);
}

function codeOf(error: Error): string {
  const { clickhouseCode, code } = error as { clickhouseCode?: unknown; code?: unknown };
  return String(typeof clickhouseCode === 'number' ? clickhouseCode : code);
}

/** A string literal of ClickHouse's SQL. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** A parenthesized list of string literals; never empty, since `IN ()` is no SQL. */
export function quoteList(texts: Iterable<string>): string {
  const list = [...texts].map(quote);
  return `(${list.length === 0 ? "''" : list.join(', ')})`;
}

/** A UTC time literal of `DateTime64(3)`. */
export function timeLiteral(ms: number): string {
  return `toDateTime64('${sqlTime(ms)}', 3, 'UTC')`;
}

/** UTC milliseconds as `YYYY-MM-DD hh:mm:ss.sss`. */
export function sqlTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23).replace('T', ' ');
}
