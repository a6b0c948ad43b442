/** Finds out before the start which ports are taken, and by whom. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What is to listen on which port. */
export interface PlannedPort {
  readonly port: number;
  readonly part: string;
}

interface TakenPort extends PlannedPort {
  readonly holder: string;
}

/** A port is taken; the message names it, its holder and the flag that helps. */
export class PortInUse extends Error {}

/** Refuses, naming each, when any of the ports is taken on loopback. */
export async function checkPorts(planned: readonly PlannedPort[]): Promise<void> {
  const taken = await Promise.all(
    planned.map(async (one): Promise<readonly TakenPort[]> => {
      if (await isFree(one.port)) return [];
      return [{ ...one, holder: (await holderOf(one.port)) ?? 'another program' }];
    }),
  );
  // The platforms of one process are one line; every other port has its own.
  const inOrder = taken.flat().toSorted((a, b) => a.port - b.port);
  const lines = Map.groupBy(inOrder, ({ port, part, holder }) =>
    part.startsWith('platform ') ? holder : port,
  );
  if (lines.size === 0) return;
  throw new PortInUse(
    [
      ...[...lines.values()].map(inUse),
      'Stop it, or take other ports with --port <first port> (npm start -- --port …).',
    ].join('\n'),
  );
}

function inUse([first, ...others]: readonly TakenPort[]): string {
  if (first === undefined) return '';
  const last = others.at(-1);
  if (last === undefined) return `Port ${first.port} (${first.part}) is in use by ${first.holder}.`;
  const count = others.length + 1;
  return `Ports ${first.port} to ${last.port} (${count} platforms) are in use by ${first.holder}.`;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  } finally {
    server.close();
  }
}

/** `node (pid 1234)`, where the system lets us know. */
async function holderOf(port: number): Promise<string | undefined> {
  try {
    return process.platform === 'linux' ? await holderOnLinux(port) : await holderByLsof(port);
  } catch {
    // Another user's process, or no lsof: the port alone must do.
    return undefined;
  }
}

/** A bare Debian has neither `ss` nor `lsof`, so from /proc: the port's socket, then its process. */
async function holderOnLinux(port: number): Promise<string | undefined> {
  const inode = (await listeningSockets()).get(port);
  if (inode === undefined) return undefined;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const handles = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const links = await Promise.all(
      handles.map((handle) => readlink(`/proc/${pid}/fd/${handle}`).catch(() => '')),
    );
    if (!links.includes(`socket:[${inode}]`)) continue;
    const name = (await readFile(`/proc/${pid}/comm`, 'utf8')).trim();
    return `${name} (pid ${pid})`;
  }
  return undefined;
}

async function listeningSockets(): Promise<ReadonlyMap<number, string>> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  const listening = '0A';
  const sockets = new Map<number, string>();
  for (const line of tables.join('\n').split('\n')) {
    // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    if (state !== listening) continue;
    sockets.set(Number.parseInt(local.split(':')[1] ?? '', 16), inode);
  }
  return sockets;
}

async function holderByLsof(port: number): Promise<string | undefined> {
  const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-F', 'pc']);
  const pid = /^p(\d+)$/m.exec(stdout)?.[1];
  const name = /^c(.+)$/m.exec(stdout)?.[1];
  return pid === undefined ? undefined : `${name ?? 'a program'} (pid ${pid})`;
}
