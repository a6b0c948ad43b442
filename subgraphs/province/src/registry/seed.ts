/** Seeds the registry from the reference net, and lets what is not the registry's own follow it. */
import { createHash } from 'node:crypto';
import { checkConformance, platformSdl, type Conformance } from '@onenet/contract';
import { platformAdditions, type PlatformDefinition } from '@onenet/platforms';
import type { CurrentVersion, RegistryEntry, VersionDocument } from './entry.ts';
import { profileOf } from './profile.ts';
import type { Store } from './store.ts';

/**
 * Enters the platforms that are not there yet, refreshes the others, and raises the revision when
 * anything of it, or the fingerprint, is news. Any number of processes may do it at once, any number of times.
 */
export async function seed(
  store: Store,
  definitions: readonly PlatformDefinition[],
  fingerprint: string,
): Promise<void> {
  await store.prepare();
  const now = new Date();
  await store.transaction(async (session) => {
    const stored = await store.platforms.find({}, { session }).toArray();
    const known = new Map(stored.map((entry) => [entry._id, entry]));
    const offsets = new Set(stored.map((entry) => entry.portOffset));
    let isNews = false;
    for (const definition of definitions) {
      const before = known.get(definition.code);
      if (before?.origin === 'registered') continue;
      const { entry, version } = refreshed(before, definition, now, offsets);
      if (before && sameJson(before, entry)) continue;
      isNews = true;
      await store.platforms.replaceOne({ _id: entry._id }, entry, { session, upsert: true });
      if (version) await store.versions.insertOne(version, { session });
    }
    const net = await store.net.findOne({ _id: 'net' }, { session });
    if (!isNews && net?.fingerprint === fingerprint) return;
    await store.net.updateOne(
      { _id: 'net' },
      { $inc: { revision: 1 }, $set: { fingerprint } },
      { session, upsert: true },
    );
  });
}

/** The entry as it ought to be: switches, addresses and what a team published stay as they are. */
function refreshed(
  before: RegistryEntry | undefined,
  definition: PlatformDefinition,
  now: Date,
  offsets: ReadonlySet<number | null>,
): { readonly entry: RegistryEntry; readonly version: VersionDocument | null } {
  const { code, connection, portOffset } = definition;
  const entry: RegistryEntry = {
    ...before,
    _id: code,
    origin: 'reference',
    profile: profileOf(definition),
    connection: before?.connection ?? connection,
    resumesTo: before?.resumesTo ?? null,
    registeredAt: before?.registeredAt ?? now,
    portOffset: before ? before.portOffset : offsets.has(portOffset) ? null : portOffset,
    url: before?.url ?? null,
    lastVersion: before?.lastVersion ?? 0,
    current: before?.current ?? null,
    maintenance: before?.maintenance ?? [],
    inMaintenance: before?.inMaintenance ?? false,
  };
  const isConnected = entry.connection !== 'REGISTERED' && entry.lastVersion === 0;
  if (!isConnected && entry.current?.seeded !== true) return { entry, version: null };
  const sdl = sdlOf(definition);
  const sha256 = sha256Of(sdl);
  if (entry.current?.sha256 === sha256) return { entry, version: null };
  const number = entry.lastVersion + 1;
  const current = currentVersion(number, sha256, conformanceOf(sdl, definition), true);
  const version: VersionDocument = {
    ...current,
    _id: `${code}/${number}`,
    platform: code,
    sdl,
    url: null,
    at: now,
    by: { kind: 'program', token: null },
    report: null,
  };
  return { entry: { ...entry, lastVersion: number, current }, version };
}

/** What the net needs to know of an SDL that conforms. */
export function currentVersion(
  number: number,
  sha256: string,
  { contractVersion, modules, lacks, additions }: Conformance,
  seeded: boolean,
): CurrentVersion {
  if (contractVersion === null) throw new Error('What does not conform is no version.');
  return { number, contractVersion, modules, lacks, additions, sha256, seeded };
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What the platform's program offers. */
function sdlOf({ code, modules, contractVersion }: PlatformDefinition): string {
  return `${platformSdl(modules, contractVersion)}\n${platformAdditions(code)}`;
}

/** By the SDL, where nothing in it is the platform's own: many platforms offer the same modules. */
const conformances = new Map<string, Conformance>();

function conformanceOf(sdl: string, { code }: PlatformDefinition): Conformance {
  const conformance = conformances.get(sdl) ?? checkConformance(sdl, code);
  if (platformAdditions(code) === '') conformances.set(sdl, conformance);
  const [finding] = conformance.findings;
  if (finding) {
    throw new Error(
      `${code}/platform.json: its SDL does not conform: ${finding.coordinate ?? ''} ${finding.message}`,
    );
  }
  return conformance;
}

function sameJson(a: RegistryEntry, b: RegistryEntry): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
