/** Members: those that the figures speak of, a small stock, and the applications of recent weeks. */
import type {
  Channel,
  FamilyMemberRecord,
  MemberKind,
  MemberRecord,
  MemberStatus,
  ModuleRecord,
} from '../records.ts';
import { dayMs, figuresAsOf, hourMs, momentBetween, officeMoment } from './calendar.ts';
import { JoinCodes } from './join-codes.ts';
import { familyRelations, identityNumber, memberKinds, personName, personPhone } from './names.ts';
import { memberUnion } from './organizations.ts';
import type { Random } from './random.ts';
import { recentMoments } from './recent.ts';
import type { Site } from './site.ts';
import type { Balance } from './openings.ts';

export function* members(site: Site): Generator<MemberRecord | ModuleRecord> {
  const codes = new JoinCodes(site, stockFrom);
  yield* stock(site, codes);
  yield* recentMembers(site, codes);
  yield* codes.records();
}

const membersInStock = 150;
const stockFrom = Date.parse('2014-01-01T00:00:00+08:00');
/** Leaves an application a fortnight. */
const lastApplication = figuresAsOf.getTime() - 14 * dayMs;

/** As many as the platform's figure, or a few. All are members; where no figure counts them, some left. */
function* stock(site: Site, codes: JoinCodes): Generator<MemberRecord> {
  const random = site.random('members');
  const figure = site.figure('joined-on-line') + site.figure('worker-records');
  const count = figure > 0 ? site.asRecords(figure) : membersInStock;
  const channels = site.figure('joined-on-line') > 0 ? onLine : everyWay;
  for (let n = 0; n < count; n++) {
    const fate = figure === 0 && random.chance(0.06) ? 'LEFT' : 'ACTIVE';
    yield member(site, random, {
      local: `mem-stock-${n + 1}`,
      n,
      appliedAt: momentBetween(random, stockFrom, lastApplication),
      until: figuresAsOf.getTime(),
      fate,
      channel: random.weighted(channels),
      simulated: false,
      codes,
    });
  }
}

/** About one application for every two requests. */
function* recentMembers(site: Site, codes: JoinCodes): Generator<MemberRecord> {
  const random = site.random('recent members');
  let n = 0;
  for (const appliedAt of recentMoments(site, random, site.platform.requestsPerDay * 0.5)) {
    n += 1;
    yield member(site, random, {
      local: `mem-${n}`,
      n,
      appliedAt,
      until: site.now,
      fate: random.weighted({ ACTIVE: 92, REFUSED: 5, LEFT: 3 }),
      channel: random.weighted(everyWay),
      simulated: true,
      codes,
    });
  }
}

const everyWay: Readonly<Record<Exclude<Channel, 'MINI_PROGRAM'>, number>> = {
  WECHAT: 40,
  QR_CODE: 24,
  STATION: 16,
  WEBSITE: 12,
  APP: 7,
  HOTLINE: 1,
};

const onLine: Readonly<Record<'WECHAT' | 'WEBSITE' | 'APP' | 'QR_CODE', number>> = {
  WECHAT: 58,
  WEBSITE: 22,
  APP: 8,
  QR_CODE: 12,
};

interface MemberDraft {
  readonly local: string;
  readonly n: number;
  readonly appliedAt: number;
  /** What would come after this has not happened. */
  readonly until: number;
  readonly fate: Exclude<MemberStatus, 'APPLIED' | 'TRANSFERRED'>;
  readonly channel: Channel;
  readonly simulated: boolean;
  /** By which those with the channel QR_CODE may have come. */
  readonly codes?: JoinCodes;
}

export function member(site: Site, random: Random, draft: MemberDraft): MemberRecord {
  const { appliedAt, until, fate, channel } = draft;
  const decision = officeMoment(random, appliedAt + random.between(2 * hourMs, 4 * dayMs));
  const decidedAt = decision <= until ? new Date(decision) : null;
  const leave = decision + random.between(dayMs, 9 * dayMs);
  const leftAt = fate === 'LEFT' && leave <= until ? new Date(leave) : null;
  const union = memberUnion(site, draft.n);
  const kind = random.weighted(memberKinds);
  return {
    type: 'Member',
    id: site.id(draft.local),
    platformCode: site.code,
    appliedAt: new Date(appliedAt),
    updatedAt: leftAt ?? decidedAt ?? new Date(appliedAt),
    status: decidedAt === null ? 'APPLIED' : fate === 'LEFT' && leftAt === null ? 'ACTIVE' : fate,
    kind,
    channel,
    placeCode: union.place,
    organizationId: union.id,
    transferredToId: null,
    joinedAt: fate === 'REFUSED' ? null : decidedAt,
    decidedAt,
    leftAt,
    joinCodeId: channel === 'QR_CODE' ? (draft.codes?.applied(union.id, appliedAt) ?? null) : null,
    employerSize: employerSize(random, kind),
    family: family(random),
    name: personName(random),
    phone: personPhone(random),
    identityNumber: identityNumber(random, union.place, appliedAt),
    person: `m-${draft.local}`,
    simulated: draft.simulated,
  };
}

/** Firms of fewer than 25 have members of a kind of their own. */
function employerSize(random: Random, kind: MemberKind): number | null {
  if (kind === 'MICRO_ENTERPRISE') return random.integer(1, 24);
  return kind === 'EMPLOYEE' && random.chance(0.6) ? random.integer(25, 3_000) : null;
}

/** Some have entered one or more of theirs. */
function family(random: Random): readonly FamilyMemberRecord[] {
  if (!random.chance(0.12)) return [];
  return Array.from({ length: random.integer(1, 3) }, (_, n) => ({
    key: `family-${n + 1}`,
    relation: random.weighted(familyRelations),
    name: personName(random),
  }));
}

/** A tombstone: the mandatory core, and where the membership went. */
export function memberTombstone(
  site: Site,
  target: MemberRecord,
  place: string,
  local: string,
): MemberRecord {
  return {
    ...target,
    id: site.id(local),
    platformCode: site.code,
    placeCode: place,
    updatedAt: new Date(target.appliedAt.getTime() + hourMs),
    status: 'TRANSFERRED',
    transferredToId: target.id,
    organizationId: null,
    joinedAt: null,
    decidedAt: null,
    leftAt: null,
    joinCodeId: null,
    employerSize: null,
    family: [],
    name: null,
    phone: null,
    identityNumber: null,
    person: null,
  };
}

/** Opening balances of the figures that count members. */
export function memberBalances(site: Site): readonly Balance[] {
  const total = site.figure('joined-on-line') + site.figure('worker-records');
  return [
    { measure: 'onenet.member.applied', kind: 'flow', total, figure: total },
    { measure: 'onenet.member.accepted', kind: 'stock', total, figure: total },
  ];
}
