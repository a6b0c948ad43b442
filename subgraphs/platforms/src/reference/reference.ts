/** What a platform holds when the reference net starts: generated, deterministic, module by module. */
import type { ModuleName } from '@onenet/contract';
import type { PlatformDefinition } from '../definition.ts';
import type { ReferenceRecord } from '../records.ts';
import { aid } from './aid.ts';
import { cardBalances, cards } from './cards.ts';
import { articles, contentBalances, mediaChannels } from './content.ts';
import { corrections } from './corrections.ts';
import { matchRuns } from './matching.ts';
import { memberBalances, members } from './members.ts';
import { openings, type Balance } from './openings.ts';
import { organizations } from './organizations.ts';
import { requestBalances, requests } from './requests.ts';
import { Site } from './site.ts';
import type { ReferenceOptions } from './site.ts';
import { stations } from './stations.ts';
import { supervisions } from './supervision.ts';
import { transferredMembers, transferredRequests } from './transfers.ts';

export type { ReferenceOptions } from './site.ts';

/** What a module generates. */
interface ReferenceModule {
  readonly name: ModuleName;
  /** In this order. */
  readonly records: readonly ((
    site: Site,
    options: ReferenceOptions,
  ) => Iterable<ReferenceRecord>)[];
  readonly balances?: (site: Site) => readonly Balance[];
}

/** One line a module, in the order in which they are loaded. */
const modules: readonly ReferenceModule[] = [
  { name: 'organizations', records: [organizations, stations] },
  { name: 'requests', records: [requests, transferredRequests], balances: requestBalances },
  { name: 'members', records: [members, transferredMembers], balances: memberBalances },
  { name: 'content', records: [mediaChannels, articles], balances: contentBalances },
  { name: 'supervision', records: [supervisions] },
  { name: 'cards', records: [cards], balances: cardBalances },
  { name: 'aid', records: [aid] },
  { name: 'matching', records: [matchRuns] },
  { name: 'corrections', records: [corrections] },
];

/**
 * Yields the platform's records: opening balances, then those of each module that it offers. The same
 * platform, scale and `now` give the same records.
 */
export function* referenceRecords(
  platform: PlatformDefinition,
  options: ReferenceOptions,
): Generator<ReferenceRecord> {
  const site = new Site(platform, options);
  const offered = modules.filter(({ name }) => platform.modules.includes(name));
  yield* openings(
    site,
    offered.flatMap(({ balances }) => balances?.(site) ?? []),
  );
  for (const { records } of offered) {
    for (const record of records) yield* record(site, options);
  }
}
