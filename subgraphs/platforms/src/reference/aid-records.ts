/** The records of aid: a file, a fund with its books, a programme, a grant with its lines, a pairing. Long, since they have to add up with each other. */
import type { ModuleRecord, ReferenceEvent } from '../records.ts';
import { identityNumber, personName, personPhone } from './names.ts';
import { memberUnion } from './organizations.ts';
import type { Random } from './random.ts';
import type { Site } from './site.ts';

export interface FileDraft {
  readonly local: string;
  readonly n: number;
  readonly appliedAt: number;
  /** When registered, or refused; null: not decided. */
  readonly registeredAt: number | null;
  readonly status: 'APPLIED' | 'REGISTERED' | 'REFUSED';
  readonly cause: string | undefined;
  readonly pairingCount: number;
  readonly grantCount: number;
  readonly grantedFen: number;
  readonly simulated: boolean;
}

const causes = {
  ILLNESS: 38,
  LOW_INCOME: 26,
  UNEMPLOYMENT: 14,
  DISABILITY: 10,
  SCHOOLING: 9,
  DISASTER: 3,
} as const;

export function hardshipFile(site: Site, random: Random, draft: FileDraft): ModuleRecord {
  const { local, appliedAt, registeredAt, status, simulated } = draft;
  const union = memberUnion(site, draft.n);
  const channel = random.weighted({ STATION: 70, WECHAT: 18, WEBSITE: 12 });
  const decidedAt = registeredAt === null ? null : new Date(registeredAt);
  const data = { place: union.place, channel };
  const decision = status === 'REFUSED' ? 'onenet.hardship.refused' : 'onenet.hardship.registered';
  return {
    type: 'Record',
    of: 'HardshipWorker',
    id: site.id(local),
    platformCode: site.code,
    updatedAt: decidedAt ?? new Date(appliedAt),
    simulated,
    fields: {
      appliedAt: new Date(appliedAt),
      status,
      causes: [draft.cause ?? random.weighted(causes)],
      channel,
      placeCode: union.place,
      organizationId: union.id,
      memberId: null,
      registeredAt: status === 'REGISTERED' ? decidedAt : null,
      closedAt: null,
      checks: [],
      pairingCount: draft.pairingCount,
      grantCount: draft.grantCount,
      grantedFen: draft.grantedFen,
    },
    personal: {
      name: personName(random),
      phone: personPhone(random),
      identityNumber: identityNumber(random, union.place, appliedAt),
      householdSize: random.integer(1, 5),
      monthlyIncomeFen: random.integer(400, 2_400) * 100,
      person: `h-${local}`,
      notes: [],
    },
    events: [
      event('onenet.hardship.applied', appliedAt, data),
      ...(decidedAt ? [event(decision, decidedAt.getTime(), data)] : []),
    ],
  };
}

export interface FundDraft {
  readonly id: string;
  readonly name: string;
  readonly credits: readonly { readonly at: Date; readonly amountFen: number }[];
  readonly paidFen: number;
  readonly reservedFen: number;
  readonly simulated: boolean;
}

/** A fund, and the lines of what came in. */
export function* fund(site: Site, draft: FundDraft): Generator<ModuleRecord> {
  const { id, name, credits, paidFen, reservedFen, simulated } = draft;
  const creditedFen = credits.reduce((sum, { amountFen }) => sum + amountFen, 0);
  const [opened] = credits;
  if (!opened) throw new Error(`${id} has no money.`);
  const base = { type: 'Record', platformCode: site.code, simulated } as const;
  yield {
    ...base,
    of: 'AidFund',
    id,
    updatedAt: opened.at,
    fields: {
      name,
      status: 'OPEN',
      placeCode: site.seat,
      creditedFen,
      availableFen: creditedFen - reservedFen - paidFen,
      reservedFen,
      paidFen,
    },
    personal: {},
    events: credits.map(({ at, amountFen }) =>
      event('onenet.fund.credited', at.getTime(), { place: site.seat, value: amountFen }),
    ),
  };
  for (const [n, { at, amountFen }] of credits.entries()) {
    yield line(site.code, `${id} credit ${n + 1}`, simulated, {
      fundId: id,
      at,
      from: 'SOURCE',
      to: 'AVAILABLE',
      amountFen,
      grantId: null,
    });
  }
}

export interface ProgrammeDraft {
  readonly id: string;
  readonly name: string;
  readonly form: string;
  readonly fundId: string | null;
  readonly startedAt: Date;
  readonly grantCount: number;
  readonly simulated: boolean;
}

export function programme(site: Site, draft: ProgrammeDraft): ModuleRecord {
  const { id, simulated, ...fields } = draft;
  return {
    type: 'Record',
    of: 'AidProgramme',
    id,
    platformCode: site.code,
    updatedAt: draft.startedAt,
    simulated,
    fields: { ...fields, status: 'OPEN', placeCode: site.seat, endedAt: null },
    personal: {},
    events: [],
  };
}

/** What somebody gets, or applies for. */
export interface Given {
  readonly programmeId: string;
  readonly form: string;
  readonly channel: string;
  readonly fundId: string | null;
  readonly amountFen: number | null;
}

export interface GrantDraft {
  readonly local: string;
  readonly file: ModuleRecord;
  readonly given: Given;
  /** Applied, approved, given: as far as it has come. */
  readonly times: readonly number[];
  readonly simulated: boolean;
}

export function grant(site: Site, random: Random, draft: GrantDraft): ModuleRecord {
  const { local, file, simulated } = draft;
  const { form, channel, amountFen, programmeId, fundId } = draft.given;
  const [appliedAt = 0, approvedAt = null, givenAt = null] = draft.times;
  const placeCode = String(file.fields['placeCode']);
  const data = { place: placeCode, category: form, channel };
  const money = amountFen === null ? {} : { value: amountFen };
  const done = amountFen === null ? 'COMPLETED' : 'PAID';
  const { name, phone, person } = file.personal;
  return {
    type: 'Record',
    of: 'AidGrant',
    id: site.id(local),
    platformCode: site.code,
    updatedAt: new Date(givenAt ?? approvedAt ?? appliedAt),
    simulated,
    fields: {
      appliedAt: new Date(appliedAt),
      status: givenAt !== null ? done : approvedAt !== null ? 'APPROVED' : 'APPLIED',
      form,
      channel,
      placeCode,
      programmeId,
      fundId,
      hardshipWorkerId: file.id,
      requestedFen: amountFen,
      amountFen: approvedAt === null ? null : amountFen,
      approvedAt: approvedAt === null ? null : new Date(approvedAt),
      givenAt: givenAt === null ? null : new Date(givenAt),
    },
    personal: {
      name,
      phone,
      reason: '演示：家庭困难，申请帮扶',
      person,
      paymentReference:
        givenAt === null || amountFen === null
          ? null
          : `0000${random.integer(10 ** 7, 10 ** 8 - 1)}-${local}`,
      notes: [],
    },
    events: [
      event('onenet.aid.applied', appliedAt, data),
      ...(approvedAt === null
        ? []
        : [event('onenet.aid.approved', approvedAt, { ...data, ...money })]),
      ...(givenAt === null
        ? []
        : [
            event(
              amountFen === null ? 'onenet.aid.completed' : 'onenet.aid.paid',
              givenAt,
              { ...data, ...money },
              String(person),
            ),
          ]),
    ],
  };
}

/** The lines of a grant's money in the books, as far as it has moved. */
export function* entry({
  id,
  platformCode,
  simulated,
  fields,
}: ModuleRecord): Generator<ModuleRecord> {
  const { fundId, amountFen, approvedAt, givenAt } = fields;
  if (fundId === null || amountFen === null) return;
  const moved = { fundId, amountFen, grantId: id };
  yield line(platformCode, `${id} approveAidGrant`, simulated, {
    ...moved,
    at: approvedAt,
    from: 'AVAILABLE',
    to: 'RESERVED',
  });
  if (givenAt === null) return;
  yield line(platformCode, `${id} payAidGrant`, simulated, {
    ...moved,
    at: givenAt,
    from: 'RESERVED',
    to: 'PAID',
  });
}

function line(
  platformCode: string,
  id: string,
  simulated: boolean,
  fields: ModuleRecord['fields'],
): ModuleRecord {
  return {
    type: 'Record',
    of: 'AidEntry',
    id,
    platformCode,
    updatedAt: fields['at'] as Date,
    simulated,
    fields,
    personal: {},
    events: [],
  };
}

export function pairing(
  site: Site,
  random: Random,
  draft: {
    readonly local: string;
    readonly cadre: string;
    readonly file: ModuleRecord;
    readonly pairedAt: number;
    /** Whether the worker had no cadre before. */
    readonly isFirst: boolean;
  },
): ModuleRecord {
  const { file, pairedAt } = draft;
  const placeCode = String(file.fields['placeCode']);
  const data = { place: placeCode };
  return {
    type: 'Record',
    of: 'CadrePairing',
    id: site.id(draft.local),
    platformCode: site.code,
    updatedAt: new Date(pairedAt),
    simulated: file.simulated,
    fields: {
      pairedAt: new Date(pairedAt),
      status: 'ACTIVE',
      placeCode,
      hardshipWorkerId: file.id,
      endedAt: null,
    },
    personal: { cadre: draft.cadre, cadreName: personName(random) },
    events: [
      event('onenet.pairing.started', pairedAt, data),
      ...(draft.isFirst ? [event('onenet.hardship.paired', pairedAt, data)] : []),
    ],
  };
}

function event(
  type: ReferenceEvent['type'],
  at: number,
  data: ReferenceEvent['data'],
  person: string | null = null,
): ReferenceEvent {
  return { type, at: new Date(at), data, person };
}
