/** Simulated members: they apply, most are taken in, a few leave. */
import * as commands from '../modules/members/commands.ts';
import { joinCodes, type JoinCodeDoc } from '../modules/members/join-codes.ts';
import { members, type MemberDoc } from '../modules/members/store.ts';
import { everything } from '../rows.ts';
import type { Site } from './site.ts';

export async function applyForMembership(site: Site): Promise<void> {
  const channel = site.random.pick(['QR_CODE', 'QR_CODE', 'WECHAT', 'WEBSITE', 'STATION'] as const);
  const joinToken = channel === 'QR_CODE' ? await someToken(site) : undefined;
  const kind = site.random.pick([
    'EMPLOYEE',
    'EMPLOYEE',
    'MICRO_ENTERPRISE',
    'FLEXIBLE',
    'MIGRANT',
  ] as const);
  await commands.applyForMembership(site.agency('WORKER'), {
    platform: site.code,
    name: `演示${site.random.below(10_000)}`,
    kind: kind ?? 'EMPLOYEE',
    employerSize: kind === 'MICRO_ENTERPRISE' ? 1 + site.random.below(24) : null,
    channel: channel ?? 'QR_CODE',
    joinToken,
    placeCode: site.place(),
  });
}

/** What a poster holds; where there is none, the QR code led to the general form. */
async function someToken(site: Site): Promise<string | undefined> {
  const codes = await site.ids(joinCodes, {
    filter: { facets: everything },
    sort: { issuedAt: -1, _id: -1 },
  });
  const _id = site.random.pick(codes);
  if (_id === undefined) return undefined;
  const code = await site.platform.db
    .collection<JoinCodeDoc>(joinCodes)
    .findOne({ _id, status: 'VALID' }, { projection: { token: 1 } });
  return code?.token;
}

/** An application is decided; where none waits, one comes. */
export async function decideMember(site: Site): Promise<void> {
  const id = await site.recent<MemberDoc>(members, 'appliedAt', { status: 'APPLIED' });
  if (id === undefined) return applyForMembership(site);
  const decide = site.random.next() < 0.93 ? commands.acceptMember : commands.refuseMember;
  await decide(site.agency('OFFICER'), { id });
}

export async function leaveUnion(site: Site): Promise<void> {
  const id = await site.recent<MemberDoc>(members, 'appliedAt', { status: 'ACTIVE' });
  if (id !== undefined) await commands.leaveUnion(site.agency('OFFICER'), { id });
}
