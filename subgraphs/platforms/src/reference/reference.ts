/** What a platform holds when the reference net starts: generated, deterministic, module by module. */
import type { PlatformDefinition } from '../definition.ts';
import type { ReferenceRecord } from '../records.ts';
import { articles, mediaChannels } from './content.ts';
import { members } from './members.ts';
import { openings } from './openings.ts';
import { organizations } from './organizations.ts';
import { requests } from './requests.ts';
import { Site } from './site.ts';
import type { ReferenceOptions } from './site.ts';
import { stations } from './stations.ts';
import { transferredMembers, transferredRequests } from './transfers.ts';

export type { ReferenceOptions } from './site.ts';

/**
 * Yields the platform's records: openings, organizations, stations, requests, members, channels,
 * articles, of the modules that it offers. The same platform, scale and `now` give the same records.
 */
export function* referenceRecords(
  platform: PlatformDefinition,
  options: ReferenceOptions,
): Generator<ReferenceRecord> {
  const site = new Site(platform, options);
  yield* openings(site);
  yield* organizations(site);
  yield* stations(site);
  yield* requests(site);
  yield* transferredRequests(site, options);
  if (platform.modules.includes('members')) {
    yield* members(site);
    yield* transferredMembers(site, options);
  }
  if (platform.modules.includes('content')) {
    yield* mediaChannels(site);
    yield* articles(site);
  }
}
