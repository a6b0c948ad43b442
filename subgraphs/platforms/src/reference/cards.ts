/**
 * Cards: merchants, those that the figures speak of with what they were used for, claims of their
 * insurance, and what members of recent weeks do. Long, because a card's whole life is told at once.
 */
import type { CardKindDefinition } from '../definition.ts';
import type { MemberRecord, ModuleRecord, ReferenceEvent } from '../records.ts';
import { dayMs, figuresAsOf, hourMs, momentBetween, officeMoment } from './calendar.ts';
import { members } from './members.ts';
import { personName } from './names.ts';
import type { Balance } from './openings.ts';
import { memberUnion } from './organizations.ts';
import type { Random } from './random.ts';
import { nameOf } from './site.ts';
import type { Site } from './site.ts';

export function* cards(site: Site): Generator<ModuleRecord> {
  const [kind] = site.platform.cardKinds ?? [];
  if (!kind) return;
  const merchants = [...merchantStock(site)];
  yield* merchants;
  yield* stock(site, kind, merchants);
  yield* recentCards(site, kind, merchants);
}

const issuedFrom = Date.parse('2014-01-01T00:00:00+08:00');
/** Leaves a card a fortnight to be used in. */
const lastIssue = figuresAsOf.getTime() - 14 * dayMs;

/** How many cards, how many of them in use, and what the uses saved their holders. */
interface Plan {
  readonly cards: number;
  readonly used: number;
  readonly savedFen: number;
  readonly claims: number;
  readonly claimsFen: number;
  /** How often the n-th card in use was used: of a million cards once, of fewer up to three times. */
  readonly usesOf: (n: number) => number;
  /** How often the first n cards in use were used, together. */
  readonly usesBefore: (n: number) => number;
}

const smallStock = 120;

/** As the platform's figures say; where they say nothing, a fifth of the cards is in use. */
function planOf(site: Site): Plan {
  const total = site.figure('card-holders') + site.figure('cards') || smallStock;
  const used = Math.round((total * (site.figure('cards-in-use') || 20)) / 100);
  const isMany = total > 500_000;
  const usesBefore = (n: number) => (isMany ? n : 6 * Math.floor(n / 3) + ([0, 1, 3][n % 3] ?? 0));
  const claims = site.figure('claims') || 4;
  return {
    cards: total,
    used,
    savedFen: site.figure('discounts') * 100 || usesBefore(used) * 930,
    claims,
    claimsFen: site.figure('claims-amount') * 100 || claims * 612_000,
    usesOf: (n) => (isMany ? 1 : 1 + (n % 3)),
    usesBefore,
  };
}

function* stock(
  site: Site,
  kind: CardKindDefinition,
  merchants: readonly ModuleRecord[],
): Generator<ModuleRecord> {
  const random = site.random('cards');
  const plan = planOf(site);
  const count = site.asRecords(plan.cards);
  const used = site.asRecords(plan.used, plan.cards);
  const holders = holdersOf(site, false);
  for (let n = 0; n < count; n++) {
    // The first ones have claims, and no member among those of the platform's records.
    const isClaimed = n < plan.claims && kind.functions.includes('INSURANCE');
    const holder = isClaimed ? undefined : holders.next().value;
    const issuedAt = holder
      ? officeMoment(random, holder.joinedAt + random.between(hourMs, 8 * dayMs))
      : momentBetween(random, issuedFrom, isClaimed ? lastIssue - 500 * dayMs : lastIssue);
    // Those in use lie evenly among all: as many as there are to be.
    const before = Math.floor((n * used) / count);
    const isUsed = Math.floor(((n + 1) * used) / count) > before;
    const card = cardOf(site, random, {
      local: `card-stock-${n + 1}`,
      number: numberOf(site, n + 1),
      n,
      kind,
      holder,
      issuedAt,
      until: figuresAsOf.getTime(),
      savings: isUsed ? savingsOf(plan, before) : [],
      merchants,
      simulated: false,
    });
    yield* card;
    if (isClaimed)
      yield claim(site, random, plan, { n, cardId: site.id(`card-stock-${n + 1}`), issuedAt });
  }
}

/** What each use of the n-th card in use saved, in fen: all of them add up to the plan's sum. */
function savingsOf(plan: Plan, n: number): readonly number[] {
  const first = plan.usesBefore(n);
  return Array.from({ length: plan.usesOf(n) }, (_, use) => {
    const before = savedBefore(plan, first + use);
    return savedBefore(plan, first + use + 1) - before;
  });
}

/** What the first so many uses saved together: some save more than others, the sum is exact. */
function savedBefore(plan: Plan, uses: number): number {
  return Math.floor(
    (plan.savedFen * weightBefore(uses)) / weightBefore(plan.usesBefore(plan.used)),
  );
}

const weights = [3, 5, 2, 8, 4, 6, 2] as const;
const weightOfAll = weights.reduce<number>((sum, weight) => sum + weight, 0);

function weightBefore(uses: number): number {
  const rest = weights.slice(0, uses % weights.length);
  return (
    Math.floor(uses / weights.length) * weightOfAll +
    rest.reduce<number>((sum, weight) => sum + weight, 0)
  );
}

const recentNumbers = 900_000_000;
const replacementNumbers = 950_000_000;

/** 16 digits that are no card's: those begin with no 0. No two platforms give the same. */
function numberOf(site: Site, n: number): string {
  return `0${site.seat}${String(n).padStart(9, '0')}`;
}

interface Holder {
  readonly joinedAt: number;
  readonly member: MemberRecord;
}

/** Members who are so at the end, one after another; each has one card at most. */
function* holdersOf(site: Site, simulated: boolean): Generator<Holder, undefined> {
  for (const record of members(site)) {
    if (record.type !== 'Member' || record.simulated !== simulated) continue;
    if (record.status !== 'ACTIVE' || !record.joinedAt) continue;
    const joinedAt = record.joinedAt.getTime();
    if (joinedAt < (simulated ? site.now : lastIssue) - 14 * dayMs)
      yield { joinedAt, member: record };
  }
}

interface CardDraft {
  readonly local: string;
  readonly number: string;
  readonly n: number;
  readonly kind: CardKindDefinition;
  readonly holder: Holder | undefined;
  readonly issuedAt: number;
  /** What would come after this has not happened. */
  readonly until: number;
  /** What each use saved, in fen. */
  readonly savings: readonly number[];
  readonly merchants: readonly ModuleRecord[];
  readonly simulated: boolean;
  /** What became of it. */
  readonly end?: {
    readonly status: 'LOST' | 'CANCELLED' | 'REPLACED';
    readonly replacedById?: string;
  };
}

/** A card, and each use of it. */
function* cardOf(site: Site, random: Random, draft: CardDraft): Generator<ModuleRecord> {
  const { kind, holder, issuedAt, until, simulated, end } = draft;
  const union = holder
    ? { id: holder.member.organizationId, place: holder.member.placeCode }
    : memberUnion(site, draft.n);
  const person = holder?.member.person ?? null;
  const id = site.id(draft.local);
  const data = { place: union.place, category: kind.code };
  const times = draft.savings
    .map(() => momentBetween(random, issuedAt, until))
    .toSorted((a, b) => a - b);
  const uses = draft.savings.map((savedFen, index) =>
    useOf(site, random, draft, { index, at: new Date(times[index] ?? until), savedFen }),
  );
  const [firstUsedAt = null, lastUsedAt = firstUsedAt] = [times[0], times.at(-1)].map((time) =>
    time === undefined ? null : new Date(time),
  );
  const endedAt = new Date(Math.min(until, (lastUsedAt?.getTime() ?? issuedAt) + dayMs));
  const isEnded = end !== undefined && end.status !== 'LOST';
  yield {
    type: 'Record',
    of: 'Card',
    id,
    platformCode: site.code,
    updatedAt: end ? endedAt : (lastUsedAt ?? new Date(issuedAt)),
    simulated,
    fields: {
      issuedAt: new Date(issuedAt),
      status: end?.status ?? 'ACTIVE',
      kind: kind.code,
      functions: kind.functions,
      memberId: holder?.member.id ?? null,
      placeCode: union.place,
      organizationId: union.id,
      replacedById: end?.replacedById ?? null,
      firstUsedAt,
      lastUsedAt,
      useCount: uses.length,
      discountFen: draft.savings.reduce((sum, fen) => sum + fen, 0),
    },
    personal: {
      holderName: holder?.member.name ?? personName(random),
      number: draft.number,
      person,
      notes: [],
    },
    events: [
      event('onenet.card.issued', new Date(issuedAt), data),
      ...(firstUsedAt ? [event('onenet.card.started', firstUsedAt, data)] : []),
      ...draft.savings.map((value, index) =>
        event('onenet.card.used', new Date(times[index] ?? until), { ...data, value }, person),
      ),
      ...(isEnded ? [event('onenet.card.ended', endedAt, data)] : []),
    ],
  };
  yield* uses;
}

function useOf(
  site: Site,
  random: Random,
  { local, merchants, simulated }: CardDraft,
  { index, at, savedFen }: { readonly index: number; readonly at: Date; readonly savedFen: number },
): ModuleRecord {
  const merchant = random.pick(merchants);
  // The least amount of which the merchant's percentage, cut to whole fen, is what was saved.
  const amountFen = Math.ceil((savedFen * 100) / Number(merchant.fields['discountPercent']));
  return {
    type: 'Record',
    of: 'CardUse',
    id: site.id(`use-${local}-${index + 1}`),
    platformCode: site.code,
    updatedAt: at,
    simulated,
    fields: {
      cardId: site.id(local),
      at,
      function: 'DISCOUNT',
      merchantId: merchant.id,
      amountFen,
      discountFen: savedFen,
    },
    personal: {},
    events: [],
  };
}

const trades = ['餐饮', '超市', '书店', '药房', '影院', '健身', '加油', '旅游'] as const;
const percents = [5, 8, 10, 12, 15, 20] as const;

/** In every district one of the trades, at most forty. */
function* merchantStock(site: Site): Generator<ModuleRecord> {
  const random = site.random('merchants');
  const places = site.districts.length > 0 ? site.districts : [site.seat];
  for (let n = 0; n < Math.min(40, Math.max(8, 2 * places.length)); n++) {
    const place = places[n % places.length] ?? site.seat;
    const category = trades[n % trades.length] ?? trades[0];
    const openedAt = new Date(momentBetween(random, issuedFrom - 200 * dayMs, issuedFrom));
    yield {
      type: 'Record',
      of: 'Merchant',
      id: site.id(`merchant-${n + 1}`),
      platformCode: site.code,
      updatedAt: openedAt,
      simulated: false,
      fields: {
        name: `${nameOf(place)}演示${category}第${String(n + 1).padStart(3, '0')}号`,
        status: 'OPEN',
        placeCode: place,
        category,
        discountPercent: random.pick(percents),
      },
      personal: {},
      events: [event('onenet.merchant.opened', openedAt, { place, category })],
    };
  }
}

/** The n-th claim, paid in full; all of them add up to the plan's sum. */
function claim(
  site: Site,
  random: Random,
  plan: Plan,
  card: { readonly n: number; readonly cardId: string; readonly issuedAt: number },
): ModuleRecord {
  const submittedAt = officeMoment(random, card.issuedAt + random.between(30, 300) * dayMs);
  const decidedAt = officeMoment(random, submittedAt + random.between(2, 12) * dayMs);
  const paidAt = officeMoment(random, decidedAt + random.between(1, 9) * dayMs);
  // 1 : 2 : … : number of claims.
  const upTo = (n: number) =>
    Math.floor((plan.claimsFen * n * (n + 1)) / (plan.claims * (plan.claims + 1)));
  const fen = upTo(card.n + 1) - upTo(card.n);
  return claimRecord(site, random, {
    local: `claim-stock-${card.n + 1}`,
    cardId: card.cardId,
    place: memberUnion(site, card.n).place,
    times: [submittedAt, decidedAt, paidAt],
    claimedFen: fen,
    simulated: false,
  });
}

interface ClaimDraft {
  readonly local: string;
  readonly cardId: string;
  readonly place: string;
  /** Submitted, decided, paid: as far as it has come. */
  readonly times: readonly number[];
  readonly claimedFen: number;
  readonly simulated: boolean;
}

function claimRecord(site: Site, random: Random, draft: ClaimDraft): ModuleRecord {
  const { cardId, place, claimedFen, simulated } = draft;
  const [submittedAt, decidedAt, paidAt] = draft.times.map((time) => new Date(time));
  if (!submittedAt) throw new Error(`${draft.local} was never submitted.`);
  const kind = random.weighted({ ACCIDENT: 30, ILLNESS: 40, HOSPITAL: 28, DEATH: 2 });
  const data = { place, category: kind };
  return {
    type: 'Record',
    of: 'CardClaim',
    id: site.id(draft.local),
    platformCode: site.code,
    updatedAt: paidAt ?? decidedAt ?? submittedAt,
    simulated,
    fields: {
      submittedAt,
      status: paidAt ? 'PAID' : decidedAt ? 'APPROVED' : 'SUBMITTED',
      kind,
      cardId,
      placeCode: place,
      claimedFen,
      approvedFen: decidedAt ? claimedFen : null,
      paidFen: paidAt ? claimedFen : null,
      decidedAt: decidedAt ?? null,
      paidAt: paidAt ?? null,
    },
    personal: { description: '演示：持卡人申请保险理赔', notes: [] },
    events: [
      event('onenet.claim.submitted', submittedAt, data),
      ...(paidAt ? [event('onenet.claim.paid', paidAt, { ...data, value: claimedFen })] : []),
    ],
  };
}

/** Every second of the recent members has a card; most use it, a few lose it. */
function* recentCards(
  site: Site,
  kind: CardKindDefinition,
  merchants: readonly ModuleRecord[],
): Generator<ModuleRecord> {
  const random = site.random('recent cards');
  let n = 0;
  for (const holder of holdersOf(site, true)) {
    n += 1;
    if (n % 2 === 0) continue;
    const issuedAt = officeMoment(random, holder.joinedAt + random.between(hourMs, 3 * dayMs));
    const until = site.now;
    if (issuedAt > until - 2 * dayMs) continue;
    const draft = {
      local: `card-${n}`,
      number: numberOf(site, recentNumbers + n),
      n,
      kind,
      holder,
      issuedAt,
      until,
      savings: Array.from({ length: random.integer(0, 4) }, () => random.integer(100, 4_000)),
      merchants,
      simulated: true,
    };
    const fate = random.weighted({ ACTIVE: 90, LOST: 3, CANCELLED: 4, REPLACED: 3 });
    if (fate === 'ACTIVE') yield* cardOf(site, random, draft);
    else if (fate !== 'REPLACED') yield* cardOf(site, random, { ...draft, end: { status: fate } });
    else yield* replaced(site, random, draft);
    if (fate === 'ACTIVE' && random.chance(0.05) && kind.functions.includes('INSURANCE')) {
      yield recentClaim(site, random, draft, holder);
    }
  }
}

/** A lost card, and the one that took its place the day after. */
function* replaced(site: Site, random: Random, draft: CardDraft): Generator<ModuleRecord> {
  const { local, n, until } = draft;
  const next = { local: `${local}-new`, number: numberOf(site, replacementNumbers + n) };
  const lostAt = draft.issuedAt + (until - draft.issuedAt) / 2;
  const end = { status: 'REPLACED', replacedById: site.id(next.local) } as const;
  yield* cardOf(site, random, { ...draft, savings: [], until: lostAt, end });
  yield* cardOf(site, random, { ...draft, ...next, savings: [], issuedAt: lostAt });
}

function recentClaim(
  site: Site,
  random: Random,
  { local, issuedAt }: CardDraft,
  { member }: Holder,
): ModuleRecord {
  const submittedAt = officeMoment(random, issuedAt + random.between(0.2, 1) * dayMs);
  const decidedAt = officeMoment(random, submittedAt + random.between(2, 9) * dayMs);
  const paidAt = officeMoment(random, decidedAt + random.between(1, 6) * dayMs);
  const times = [submittedAt, decidedAt, paidAt].filter((time) => time <= site.now);
  return claimRecord(site, random, {
    local: `claim-${local}`,
    cardId: site.id(local),
    place: member.placeCode,
    times: times.length > 0 ? times : [issuedAt],
    claimedFen: random.integer(500, 12_000) * 100,
    simulated: true,
  });
}

/** Opening balances of the figures that count cards, and of what their uses saved. */
export function cardBalances(site: Site): readonly Balance[] {
  const [kind] = site.platform.cardKinds ?? [];
  if (!kind) return [];
  const plan = planOf(site);
  const used = site.asRecords(plan.used, plan.cards);
  const of = { figure: plan.cards, category: kind.code } as const;
  const uses = { measure: 'onenet.card.used', kind: 'flow', ...of } as const;
  return [
    { measure: 'onenet.card.issued', kind: 'flow', total: plan.cards, ...of },
    { measure: 'onenet.card.started', kind: 'flow', total: plan.used, ...of },
    { ...uses, total: plan.usesBefore(plan.used), inRecords: plan.usesBefore(used) },
    {
      ...uses,
      of: 'value',
      total: plan.savedFen,
      inRecords: savedBefore(plan, plan.usesBefore(used)),
    },
  ];
}

function event(
  type: ReferenceEvent['type'],
  at: Date,
  data: ReferenceEvent['data'],
  person: string | null = null,
): ReferenceEvent {
  return { type, at, data, person };
}
