/**
 * A copy of the embedded engine's tables while it works: parts frozen as hard links, which takes no time
 * and no room, laid out as a data directory that an engine opens. Tables are frozen one after another:
 * what an insert puts into one and not yet into another is found at the next start, as after any restore
 * (ingest/reconcile.ts), and rows of uses and accesses that come twice are one.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { copyFile, cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import type { Guard } from '@onenet/assertion';
import { NetError } from '@onenet/contract';
import type { ClickHouse } from './clickhouse.ts';
import { admitOperator } from './operation/admit.ts';

/** The one that says how far the gateways' log is in comes first: the others have at least as much then. */
const first = 'access';

/** `POST /backup`, by the province or from this machine: freezes the tables, and says into which folder. */
export async function answerBackup(
  guard: Guard,
  freeze: (() => Promise<string>) | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const admission = await admitOperator(guard, 'A backup', request, response);
  if (!admission) return;
  if (!freeze) {
    throw new NetError(
      'WRONG_STATE',
      'ClickHouse is a server here: back it up by its own means, BACKUP DATABASE onenet TO ….',
    );
  }
  const folder = await freeze();
  await admission.record({ status: 201 });
  response.writeHead(201, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify({ folder }));
}

interface Table {
  readonly name: string;
  /** Where its parts are; empty: it is a view. */
  readonly path: string;
  /** The file of its DDL, below the engine's directory. */
  readonly definition: string;
}

/** Copies the tables of the engine at `dataDir` into a new folder of `target`; that folder. */
export async function freezeTables(
  clickhouse: ClickHouse,
  dataDir: string,
  target: string,
): Promise<string> {
  // Letters, digits and _ alone: the engine writes anything else otherwise in the folder's name.
  const name = `clickhouse_${Date.now()}`;
  const folder = resolve(target, name);
  const shadow = join(dataDir, 'shadow', name);
  const tables = await clickhouse.rows<Table>(
    `SELECT name, if(engine LIKE '%MergeTree', data_paths[1], '') AS path, metadata_path AS definition
    FROM system.tables WHERE database = 'onenet' ORDER BY name != '${first}', name`,
  );
  const stored = tables.filter(({ path }) => path !== '');
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const table of stored) {
      await clickhouse.run(`ALTER TABLE onenet.${table.name} FREEZE WITH NAME '${name}'`);
    }
    await rename(join(shadow, 'store'), join(folder, 'store'));
    for (const { path } of stored) {
      const own = relative(resolve(dataDir), path);
      await copyInto(dataDir, folder, join(own, 'format_version.txt'));
      // Read after the parts: of an insert that it has too much the comparison tells, one too few would count twice.
      const log = join(own, 'deduplication_logs');
      await cp(join(dataDir, log), join(folder, log), { recursive: true }).catch(ignoreMissing);
    }
    for (const { definition } of tables) await copyInto(dataDir, folder, definition);
    await copyInto(dataDir, folder, join('metadata', 'onenet.sql'));
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(shadow, { recursive: true, force: true });
  }
}

async function copyInto(dataDir: string, folder: string, file: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await copyFile(join(dataDir, file), join(folder, file));
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
