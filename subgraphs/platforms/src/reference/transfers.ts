/** What moved from one platform to another: a tombstone at the one, the record at the other. */
import { divisionContains } from '@onenet/contract';
import { platformByCode } from '../platforms.ts';
import type { MemberRecord, ServiceRequestRecord } from '../records.ts';
import { dayMs, officeMoment } from './calendar.ts';
import { member, memberTombstone } from './members.ts';
import { request, requestTombstone } from './requests.ts';
import type { ReferenceOptions } from './site.ts';
import { Site } from './site.ts';

interface Transfer {
  readonly from: string;
  readonly to: string;
}

const requestTransfers: readonly Transfer[] = [
  { from: '420100', to: '420000-AID' },
  { from: '420500', to: '420581' },
  { from: '420000', to: '420600' },
  { from: '421000', to: '421087' },
  { from: 'WISCO', to: '420100' },
];

const memberTransfers: readonly Transfer[] = [
  { from: '420100', to: '420500' },
  { from: '420600', to: 'FIBERHOME' },
  { from: '421000', to: '421087' },
  { from: 'WISCO', to: '420100' },
];

/** The platform's tombstones, and the requests that came to it. */
export function* transferredRequests(
  site: Site,
  options: ReferenceOptions,
): Generator<ServiceRequestRecord> {
  for (const [n, transfer] of requestTransfers.entries()) {
    const local = `req-moved-${n + 1}`;
    if (transfer.to === site.code) yield movedRequest(site, transfer, local);
    if (transfer.from !== site.code) continue;
    const target = movedRequest(siteOf(transfer.to, options), transfer, local);
    yield requestTombstone(site, target, local);
  }
}

/** The platform's tombstones, and the members that came to it. */
export function* transferredMembers(
  site: Site,
  options: ReferenceOptions,
): Generator<MemberRecord> {
  for (const [n, { from, to }] of memberTransfers.entries()) {
    const local = `mem-moved-${n + 1}`;
    if (to === site.code) yield movedMember(site, local, n);
    if (from !== site.code) continue;
    const target = movedMember(siteOf(to, options), local, n);
    yield memberTombstone(site, target, site.communityOf(n), local);
  }
}

/** The record as its new platform holds it: the same, whichever platform is being generated. */
function movedRequest(site: Site, { from }: Transfer, local: string): ServiceRequestRecord {
  const random = site.random(local);
  return request(site, random, {
    local,
    submittedAt: officeMoment(random, site.now - random.integer(12, 25) * dayMs),
    until: site.now,
    category: 'HARDSHIP',
    outcome: 'ANY',
    simulated: true,
    people: 100,
    place: random.pick(placesOfBoth(site, from)),
  });
}

function movedMember(site: Site, local: string, n: number): MemberRecord {
  const random = site.random(local);
  return member(site, random, {
    local,
    n,
    appliedAt: officeMoment(random, site.now - random.integer(12, 25) * dayMs),
    until: site.now,
    fate: 'ACTIVE',
    channel: 'STATION',
    simulated: true,
  });
}

/** Where a request can have been at the one and be at the other. */
function placesOfBoth(site: Site, from: string): readonly string[] {
  const serves = platformByCode(from)?.serves ?? [];
  return site.communities.filter((place) =>
    serves.some((served) => divisionContains(served, place)),
  );
}

function siteOf(code: string, options: ReferenceOptions): Site {
  const platform = platformByCode(code);
  if (!platform) throw new Error(`No platform has the code ${code}.`);
  return new Site(platform, options);
}
