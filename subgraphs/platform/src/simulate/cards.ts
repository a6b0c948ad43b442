/** Simulated holders: cards are issued to new members, and used at merchants; a few are lost and replaced. */
import type { Filter } from 'mongodb';
import * as commands from '../modules/cards/commands.ts';
import { merchants } from '../modules/cards/merchants.ts';
import { cards, type CardDoc } from '../modules/cards/store.ts';
import { useCard } from '../modules/cards/use.ts';
import { members, type MemberDoc } from '../modules/members/store.ts';
import { everything, type ListedRow } from '../rows.ts';
import type { Site } from './site.ts';

export async function issueCard(site: Site): Promise<void> {
  const kind = site.random.pick(site.platform.definition.cardKinds ?? []);
  const memberId = await site.recent<MemberDoc>(members, 'appliedAt', { status: 'ACTIVE' });
  if (!kind || memberId === undefined) return;
  await commands.issueCard(site.agency('OFFICER'), {
    platform: site.code,
    memberId,
    kind: kind.code,
  });
}

/** At a merchant's till; where no simulated card is there yet, one is issued. */
export async function useOneCard(site: Site): Promise<void> {
  const id = await site.recent<CardDoc>(cards, 'issuedAt', { status: 'ACTIVE' });
  if (id === undefined) return issueCard(site);
  const open: Filter<ListedRow> = { facets: everything, status: 'OPEN' };
  const merchantId = site.random.pick(
    await site.ids(merchants, { filter: open, sort: { name: 1, _id: 1 } }),
  );
  const kinds = site.platform.definition.cardKinds ?? [];
  await useCard(site.agency('SYSTEM'), {
    id,
    function: site.random.pick(kinds[0]?.functions ?? []) ?? 'MEMBERSHIP',
    ...(merchantId !== undefined && { merchantId, amountFen: 800 + site.random.below(30_000) }),
  });
}

export async function loseCard(site: Site): Promise<void> {
  const lost = await site.recent<CardDoc>(cards, 'issuedAt', { status: 'LOST' });
  if (lost !== undefined) {
    await commands.replaceCard(site.agency('OFFICER'), { id: lost });
    return;
  }
  const id = await site.recent<CardDoc>(cards, 'issuedAt', { status: 'ACTIVE' });
  if (id !== undefined) await commands.reportCardLost(site.agency('OFFICER'), { id });
}
