/** Brings the tables to the newest migration, in order, each once; the caller sees to it that no intent is open. */
import { readFileSync, readdirSync } from 'node:fs';
import { hash } from 'node:crypto';
import type { ClickHouse } from './clickhouse.ts';
import { quote } from './clickhouse.ts';

const directory = new URL('../migrations/', import.meta.url);

/**
 * Blocks (partitions of an insert) that deduplication remembers, on raw and on every view's target.
 * A replay is exact while fewer were inserted since its intent: at 50 partitions a batch, the worst,
 * 2,000 batches; at the usual 1 or 2, more than an hour of four batches a second.
 */
export const deduplicationWindowBlocks = 100_000;

interface Applied {
  readonly name: string;
  readonly hash: string;
}

/**
 * Runs what is not applied yet, and returns the names; `begins` is told of each before it, since one that moves what
 * is in may take minutes. A migration that changed since is refused.
 */
export async function migrate(
  clickhouse: ClickHouse,
  begins: (name: string) => void = () => undefined,
): Promise<string[]> {
  const applied = new Map((await appliedMigrations(clickhouse)).map((m) => [m.name, m.hash]));
  const ran: string[] = [];
  for (const name of migrationNames()) {
    const text = readFileSync(new URL(name, directory), 'utf8');
    const textHash = hash('sha256', text);
    const known = applied.get(name);
    if (known === textHash) continue;
    if (known !== undefined) {
      throw new Error(
        `${name} was changed after it ran here: put it back, and write a new migration.`,
      );
    }
    begins(name);
    for (const statement of statements(expand(text, clickhouse.cluster))) {
      await clickhouse.run(statement);
    }
    await clickhouse.run(
      `INSERT INTO onenet.migrations SETTINGS async_insert = 0 VALUES (${quote(name)}, ${quote(textHash)}, now())`,
    );
    ran.push(name);
  }
  return ran;
}

/** Which migrations wait. All of them when the tables are not there. */
export async function pendingMigrations(clickhouse: ClickHouse): Promise<string[]> {
  const applied = new Set((await appliedMigrations(clickhouse)).map((m) => m.name));
  return migrationNames().filter((name) => !applied.has(name));
}

function migrationNames(): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .toSorted();
}

async function appliedMigrations(clickhouse: ClickHouse): Promise<Applied[]> {
  const bootstrap = `
    CREATE DATABASE IF NOT EXISTS onenet {{onCluster}};
    CREATE TABLE IF NOT EXISTS onenet.migrations {{onCluster}} (name String, hash String, at DateTime('UTC'))
    ENGINE = {{MergeTree}} ORDER BY name;`;
  for (const statement of statements(expand(bootstrap, clickhouse.cluster))) {
    await clickhouse.run(statement);
  }
  return await clickhouse.rows<Applied>('SELECT name, hash FROM onenet.migrations ORDER BY name');
}

/** Fills in what differs between one server and a cluster. */
export function expand(sql: string, cluster: string | undefined): string {
  const replicated = (engine: string): string =>
    `Replicated${engine}('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')`;
  const words: Record<string, string> = cluster
    ? {
        onCluster: `ON CLUSTER ${quote(cluster)}`,
        MergeTree: replicated('MergeTree'),
        SummingMergeTree: replicated('SummingMergeTree'),
        ReplacingMergeTree: replicated('ReplacingMergeTree'),
        // Without the second, a replay after an hour counts twice.
        deduplication: `replicated_deduplication_window = ${deduplicationWindowBlocks}, replicated_deduplication_window_seconds = 31536000`,
      }
    : {
        onCluster: '',
        MergeTree: 'MergeTree',
        SummingMergeTree: 'SummingMergeTree',
        ReplacingMergeTree: 'ReplacingMergeTree',
        deduplication: `non_replicated_deduplication_window = ${deduplicationWindowBlocks}`,
      };
  return sql.replaceAll(/\{\{(\w+)\}\}/g, (_, word: string) => {
    const text = words[word];
    if (text === undefined) throw new Error(`Unknown word {{${word}}} in a migration.`);
    return text;
  });
}

/** Statements end with `;` at the end of a line. */
function statements(sql: string): string[] {
  return sql
    .split(/;\s*$/m)
    .map((s) => s.trim())
    .filter((s) => s.replaceAll(/^--.*$/gm, '').trim() !== '');
}
