/** Simulated members: they apply, most are taken in, a few leave. */
import * as commands from '../modules/members/commands.ts';
import { members, type MemberDoc } from '../modules/members/store.ts';
import type { Site } from './site.ts';

export async function applyForMembership(site: Site): Promise<void> {
  await commands.applyForMembership(site.agency('WORKER'), {
    platform: site.code,
    name: `演示${site.random.below(10_000)}`,
    kind:
      site.random.pick(['EMPLOYEE', 'EMPLOYEE', 'MICRO_ENTERPRISE', 'FLEXIBLE', 'MIGRANT']) ??
      'EMPLOYEE',
    channel: site.random.pick(['QR_CODE', 'QR_CODE', 'WECHAT', 'WEBSITE', 'STATION']) ?? 'QR_CODE',
    placeCode: site.place(),
  });
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
  if (id !== undefined) await commands.leaveUnion(site.agency('WORKER'), { id });
}
