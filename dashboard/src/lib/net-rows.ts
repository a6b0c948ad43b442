/** One line a platform: what the registry, its feed and the gateway's record say of it; what is wrong stands first. */
import type { MetricTableRow } from './api/metrics.ts';
import type { NetFeed } from './api/health.ts';
import type { PlatformSkew } from './api/net.ts';
import type { Platform } from './api/platforms.ts';
import { shownState } from './feed-state.ts';
import { byCode, sorted } from './sorted.ts';

/** Gravest first. */
export const feedStates = [
  'BROKEN',
  'UNREACHABLE',
  'BEHIND',
  'MAINTENANCE',
  'SUSPENDED',
  'OK',
  'QUIET',
  'WITHDRAWN',
  'NOT_CONNECTED',
] as const;

export interface NetRow {
  readonly code: string;
  /** One of {@link feedStates}. */
  readonly state: string;
  readonly feed: NetFeed | undefined;
  readonly skew: PlatformSkew | undefined;
  /** Modules that it offers, and how many there are; null while the registry has not answered. */
  readonly offered: number | null;
  readonly modules: number | null;
  /** Coordinates of what it offers that it lacks. */
  readonly lacks: readonly string[];
  /** By metric; null: nothing to compute it from. */
  readonly calls: ReadonlyMap<string, number | null>;
}

export function netRows(
  platforms: readonly Platform[],
  feeds: readonly NetFeed[],
  skews: readonly PlatformSkew[],
  calls: readonly MetricTableRow[],
): readonly NetRow[] {
  const feedOf = new Map(feeds.map((feed) => [feed.platform, feed]));
  const skewOf = new Map(skews.map((skew) => [skew.platform.code, skew]));
  const callsOf = new Map(calls.map((row) => [row.key, row.cells]));
  const rows = platforms.map((platform): NetRow => {
    const { code, connection } = platform;
    const feed = feedOf.get(code);
    const skew = skewOf.get(code);
    const ofSkew = skew?.modules ?? null;
    return {
      code,
      state: feed
        ? shownState(feed, platform)
        : connection === 'REGISTERED'
          ? 'NOT_CONNECTED'
          : connection,
      feed,
      skew,
      offered: ofSkew && ofSkew.filter(({ isOffered }) => isOffered).length,
      modules: ofSkew && ofSkew.length,
      lacks: (ofSkew ?? []).flatMap(({ lacks }) => lacks ?? []),
      calls: new Map((callsOf.get(code) ?? []).map(({ metric, value }) => [metric, value])),
    };
  });
  return sorted(rows, (a, b) => gravity(a) - gravity(b) || byCode(a.code, b.code));
}

/** How many there are of each state, gravest first; states that nobody is in are left out. */
export function countStates(
  rows: readonly Pick<NetRow, 'state'>[],
): readonly { readonly state: string; readonly count: number }[] {
  return feedStates.flatMap((state) => {
    const count = rows.filter((row) => row.state === state).length;
    return count === 0 ? [] : [{ state, count }];
  });
}

/** The platforms on each version of the contract, the newest first; null: none is admitted. */
export function countVersions(
  skews: readonly PlatformSkew[],
): readonly { readonly version: string | null; readonly codes: readonly string[] }[] {
  const byVersion = new Map<string | null, string[]>();
  for (const { contractVersion, platform } of skews) {
    byVersion.set(contractVersion, [...(byVersion.get(contractVersion) ?? []), platform.code]);
  }
  return sorted(
    [...byVersion].map(([version, codes]) => ({ version, codes })),
    (a, b) => rank(b.version) - rank(a.version),
  );
}

/** 1.10 is newer than 1.9. */
function rank(version: string | null): number {
  if (version === null) return -1;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1000 + minor;
}

function gravity({ state }: NetRow): number {
  const at = feedStates.findIndex((known) => known === state);
  return at < 0 ? feedStates.length : at;
}
