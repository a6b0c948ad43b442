/** Versions: admitted, rolled back, withdrawn; each in one transaction with the revision. */
import { NetError, type Conformance } from '@onenet/contract';
import type { ClientSession } from 'mongodb';
import type { PlatformAdditions } from '../supergraph.ts';
import type { CurrentVersion, RegistryEntry, VersionDocument } from './entry.ts';
import type { Report, Step } from './report.ts';
import type { Asker, Registry } from './registry.ts';
import { currentVersion, sha256Of } from './seed.ts';

/** What the checks looked at: if it is another by now, they are made again. */
export interface Basis {
  /** Number of the platform's current version; null: none. */
  readonly current: number | null;
  /** Every other platform's additions; null: they were not looked at. */
  readonly others: readonly PlatformAdditions[] | null;
}

export interface Admission {
  readonly code: string;
  readonly sdl: string;
  readonly url: string;
  readonly conformance: Conformance;
  readonly steps: readonly Step[];
  readonly basis: Basis;
  readonly asker: Asker;
}

/** What a change of versions is based on no longer holds: look again. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** Makes what was checked the current version; its number. */
export async function admit(registry: Registry, admission: Admission): Promise<number> {
  const { code, sdl, url, conformance, steps, basis, asker } = admission;
  let number = 0;
  await registry.store.change(code, async (entry, session) => {
    await refuseOvertaken(registry, entry, basis, session);
    number = entry.lastVersion + 1;
    const report: Report = { admitted: true, version: number, steps };
    const current = currentVersion(number, sha256Of(sdl), conformance, false);
    const version: VersionDocument = {
      ...current,
      _id: `${code}/${number}`,
      platform: code,
      sdl,
      url,
      at: new Date(),
      by: asker.by,
      report,
    };
    return {
      set: { ...asked(entry), url, lastVersion: number, current },
      version,
      trail: { action: 'PUBLISHED', ...asker, version: number, detail: url, report },
    };
  });
  return number;
}

/** Makes an earlier version the current one again. */
export async function restoreVersion(
  registry: Registry,
  version: VersionDocument,
  basis: Basis,
  report: Report,
  asker: Asker,
): Promise<void> {
  await registry.store.change(version.platform, async (entry, session) => {
    await refuseOvertaken(registry, entry, basis, session);
    const { number, contractVersion, modules, lacks, additions, sha256, url } = version;
    const current: CurrentVersion = {
      number,
      contractVersion,
      modules,
      lacks,
      additions,
      sha256,
      // Going back is a decision: the reference net's definition no longer replaces it.
      seeded: false,
    };
    const detail = `from version ${entry.current?.number ?? 'none'} to ${number}`;
    return {
      set: { ...asked(entry), url, current },
      trail: { action: 'ROLLED_BACK', ...asker, version: number, detail, report },
    };
  });
}

/** Registered again, and not asked; every version stays in the history. */
export async function withdraw(registry: Registry, code: string, asker: Asker): Promise<void> {
  await registry.store.change(code, (entry) => {
    const { current, connection } = entry;
    const standing = connection === 'SUSPENDED' ? entry.resumesTo : connection;
    if (current === null && standing !== 'CONNECTED' && standing !== 'MAINTENANCE') {
      throw new NetError('WRONG_STATE', `${code} has no version that could be withdrawn.`);
    }
    const after = connection === 'SUSPENDED' ? { resumesTo: 'REGISTERED' as const } : {};
    const number = current?.number ?? null;
    return {
      set: {
        current: null,
        connection: connection === 'SUSPENDED' ? 'SUSPENDED' : 'REGISTERED',
        ...after,
      },
      trail: { action: 'WITHDRAWN', ...asker, version: number, detail: null, report: null },
    };
  });
}

/** Every other platform's additions, by code. */
export async function otherAdditions(
  registry: Registry,
  code: string,
  session?: ClientSession,
): Promise<readonly PlatformAdditions[]> {
  const entries = await registry.store.platforms
    .find(
      { _id: { $ne: code }, 'current.additions': { $type: 'object' } },
      { projection: { 'current.additions.sdl': 1 }, ...(session ? { session } : {}) },
    )
    .sort({ _id: 1 })
    .toArray();
  return entries.map(({ _id, current }) => ({ code: _id, sdl: current?.additions?.sdl ?? '' }));
}

/** A version of the platform, by its number. */
export async function findVersion(
  registry: Registry,
  code: string,
  number: number,
): Promise<VersionDocument | null> {
  return registry.store.versions.findOne({ _id: `${code}/${number}` });
}

async function refuseOvertaken(
  registry: Registry,
  entry: RegistryEntry,
  { current, others }: Basis,
  session: ClientSession,
): Promise<void> {
  if ((entry.current?.number ?? null) !== current) throw new Overtaken();
  if (others === null) return;
  const now = await otherAdditions(registry, entry._id, session);
  if (JSON.stringify(now) !== JSON.stringify(others)) throw new Overtaken();
}

/** Connected, as far as that is its team's to decide: a suspension or the operator's switch stays. */
function asked({ connection, resumesTo }: RegistryEntry): Partial<RegistryEntry> {
  if (connection === 'SUSPENDED') {
    return resumesTo === 'MAINTENANCE' ? {} : { resumesTo: 'CONNECTED' };
  }
  return connection === 'REGISTERED' ? { connection: 'CONNECTED' } : {};
}
