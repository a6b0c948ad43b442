/** Records that are hard on order and identity: equal keys, characters beyond the BMP, parents and targets elsewhere. Long, because each kind of record stands in it once. */
import { channels, divisionPath, divisions, platformByCode } from '@onenet/platforms';
import type {
  ArticleRecord,
  MemberRecord,
  MediaChannelRecord,
  OrganizationRecord,
  ReferenceRecord,
  RequestStatus,
  RequestStepRecord,
  ServiceRequestRecord,
  StationRecord,
} from '@onenet/platforms';
import type { Random } from './random.ts';

/** Owners that offer every module: the province's own, cities, a direct city without counties, a county inside a city. */
export const owners = ['420000', '420600', '420100', '420500', '420581', '429004'] as const;

/** Code points that UTF-16 order puts elsewhere, combining forms, and plain ones. */
const letters = [
  'Z',
  'a',
  '0',
  '-',
  '吴',
  '湖',
  '～',
  '𠮷',
  '𝒜',
  '\u{10ffff}',
  '\ufffd',
  'é',
  'e\u0301',
  'ß',
];
const instants = Array.from({ length: 12 }, (_, i) => new Date(1_470_000_000_000 + i * 86_400_001));
const statuses: readonly RequestStatus[] = [
  'SUBMITTED',
  'VERIFIED',
  'DISPATCHED',
  'ACCEPTED',
  'RESOLVED',
  'REJECTED',
  'RATED',
];

/** All records of all these owners. */
export function makeRecords(
  random: Random,
  perType: number,
  of: readonly string[] = owners,
): ReferenceRecord[] {
  const records: ReferenceRecord[] = [];
  for (const owner of of) {
    const places = placesOf(owner);
    const make = { random, owner, places };
    const count = () => random.int(Math.ceil(perType / 3), perType);
    records.push(
      ...times(count(), (n) => organization(make, n)),
      ...times(count(), (n) => station(make, n)),
      ...times(count(), (n) => serviceRequest(make, n)),
      ...times(count(), (n) => member(make, n)),
      ...times(count(), (n) => article(make, n)),
      mediaChannel(make),
    );
  }
  return linkAcrossOwners(random, records);
}

interface Make {
  readonly random: Random;
  readonly owner: string;
  readonly places: readonly string[];
}

function placesOf(owner: string): string[] {
  const serves = platformByCode(owner)?.serves ?? [];
  const within = [...divisions.keys()].filter((code) =>
    divisionPath(code).some((above) => serves.includes(above)),
  );
  // A handful of places, at every level, so that several records share one.
  return within.filter((code, i) => code.length === 6 || i % 997 === 0).slice(0, 24);
}

function word(random: Random): string {
  return Array.from({ length: random.int(1, 3) }, () => random.pick(letters)).join('');
}

function base(make: Make, kind: string, n: number) {
  const { random, owner, places } = make;
  return {
    id: `${owner}:${kind}-${random.pick(letters)}${n}`,
    platformCode: owner,
    placeCode: random.pick(places),
    updatedAt: random.pick(instants),
    simulated: random.chance(0.2),
  };
}

function organization(make: Make, n: number): OrganizationRecord {
  const { random } = make;
  return {
    type: 'Organization',
    ...base(make, 'O', n),
    name: word(random),
    kind: random.pick(['UNION', 'ENTERPRISE', 'INSTITUTION', 'ZONE']),
    level: random.int(1, 5),
    parentId: null,
    foundedAt: random.pick(instants),
    chairName: random.chance(0.5) ? word(random) : null,
    commitment: null,
  };
}

function station(make: Make, n: number): StationRecord {
  const { random } = make;
  return {
    type: 'Station',
    ...base(make, 'S', n),
    name: word(random),
    organizationId: null,
    // A grid, so that equal distances are common, at one owner and across owners.
    latitude: 30.5 + random.int(-4, 4) / 1000,
    longitude: 114.3 + random.int(-4, 4) / 1000,
    openedAt: random.pick(instants),
    address: random.chance(0.5) ? word(random) : null,
    openingHours: null,
  };
}

function serviceRequest(make: Make, n: number): ServiceRequestRecord {
  const { random } = make;
  const status = random.pick(statuses);
  const submittedAt = random.pick(instants);
  const done = status === 'RESOLVED' || status === 'RATED' || status === 'REJECTED';
  const dueAt = random.chance(0.8) ? new Date(+submittedAt + 5 * 86_400_000) : null;
  const resolvedAt = done ? new Date(+submittedAt + random.int(1, 9) * 86_400_000) : null;
  return {
    type: 'ServiceRequest',
    ...base(make, 'R', n),
    title: word(random),
    category: random.pick(['WAGES', 'SAFETY', 'MEDICAL', 'SERVICE']),
    channel: random.pick(channels),
    status,
    submittedAt,
    organizationId: null,
    transferredToId: null,
    dueAt,
    resolvedAt,
    overdue: dueAt !== null && +(resolvedAt ?? Date.now()) > +dueAt,
    handler: random.chance(0.5) ? '窗口' : null,
    supervised: random.chance(0.3),
    reopenedCount: random.int(0, 2),
    rating: status === 'RATED' ? random.int(1, 5) : null,
    overdueAt: null,
    remindedAt: random.chance(0.2) ? random.pick(instants) : null,
    remindedCount: random.int(0, 2),
    escalationLevel: random.int(0, 2),
    applicantName: `${word(random)}演示`,
    applicantPhone: '13900000000',
    description: '演示',
    history: history(random, submittedAt, status, resolvedAt),
    person: `p${random.int(1, 9)}`,
  };
}

function history(
  random: Random,
  at: Date,
  status: RequestStatus,
  resolvedAt: Date | null,
): RequestStepRecord[] {
  const steps: RequestStepRecord[] = [
    { step: 'STATUS', at, actorKind: 'WORKER', from: null, to: 'SUBMITTED' },
  ];
  const after = (ms: number) => new Date(+at + ms);
  if (random.chance(0.3)) {
    steps.push({ step: 'FEEDBACK', at: after(2000), actorKind: 'WORKER', text: '演示' });
  }
  if (random.chance(0.3)) {
    steps.push({ step: 'SUPERVISION', at: after(3000), actorKind: 'OFFICER' });
  }
  if (status === 'SUBMITTED') return steps;
  const to = status === 'RATED' ? 'RESOLVED' : status;
  steps.push({
    step: 'STATUS',
    at: resolvedAt ?? after(4000),
    actorKind: 'OFFICER',
    from: 'SUBMITTED',
    to,
  });
  if (status === 'RATED' && resolvedAt) {
    steps.push(
      { step: 'STATUS', at: resolvedAt, actorKind: 'WORKER', from: 'RESOLVED', to: 'RATED' },
      { step: 'RATING', at: resolvedAt, actorKind: 'WORKER', rating: 4 },
    );
  }
  return steps;
}

function member(make: Make, n: number): MemberRecord {
  const { random } = make;
  const status = random.pick(['APPLIED', 'ACTIVE', 'REFUSED', 'LEFT'] as const);
  const appliedAt = random.pick(instants);
  const later = new Date(+appliedAt + 86_400_000);
  return {
    type: 'Member',
    ...base(make, 'M', n),
    appliedAt,
    status,
    kind: random.pick(['EMPLOYEE', 'MICRO_ENTERPRISE', 'FLEXIBLE', 'MIGRANT']),
    channel: random.pick(channels),
    organizationId: null,
    transferredToId: null,
    joinedAt: status === 'ACTIVE' || status === 'LEFT' ? later : null,
    decidedAt: status === 'APPLIED' ? null : later,
    leftAt: status === 'LEFT' ? new Date(+later + 1000) : null,
    name: `${word(random)}演示`,
    phone: '13900000000',
    identityNumber: null,
    joinCodeId: null,
    employerSize: null,
    family: [],
    person: `p${random.int(1, 9)}`,
  };
}

function article(make: Make, n: number): ArticleRecord {
  const { random } = make;
  const publishedAt = random.pick(instants);
  const comments = times(random.int(0, 4), (c) => ({
    id: `${c}`,
    at: new Date(+publishedAt + c),
    text: word(random),
    author: `${word(random)}演示`,
  }));
  return {
    type: 'Article',
    ...base(make, 'A', n),
    title: word(random),
    column: random.pick(['防汛', '𠮷祥']),
    summary: random.chance(0.5) ? word(random) : null,
    organizationId: null,
    publishedAt,
    readCount: random.int(0, 5) * 100,
    shareCount: 0,
    likeCount: 0,
    commentCount: comments.length,
    comments,
    engagement: [],
  };
}

function mediaChannel(make: Make): MediaChannelRecord {
  return {
    type: 'MediaChannel',
    id: `${make.owner}:channel`,
    platformCode: make.owner,
    updatedAt: make.random.pick(instants),
    simulated: false,
    name: word(make.random),
    channel: 'WECHAT',
    followerCount: 0,
    follows: [],
  };
}

/** Parents at other owners, organizations of records, tombstones whose targets live elsewhere, ids that lead nowhere. */
function linkAcrossOwners(random: Random, records: readonly ReferenceRecord[]): ReferenceRecord[] {
  const organizations = records.filter((record) => record.type === 'Organization');
  const requests = records.filter((record) => record.type === 'ServiceRequest');
  const members = records.filter((record) => record.type === 'Member');
  const ownOrganization = (code: string) =>
    random.chance(0.7)
      ? random.pick(organizations.filter((each) => each.platformCode === code)).id
      : null;
  return records.map((record): ReferenceRecord => {
    switch (record.type) {
      case 'Organization':
        return random.chance(0.6) ? { ...record, parentId: random.pick(organizations).id } : record;
      case 'Station':
        return { ...record, organizationId: ownOrganization(record.platformCode) };
      case 'Article':
        return {
          ...record,
          organizationId: random.chance(0.5) ? random.pick(organizations).id : null,
        };
      case 'ServiceRequest':
        return random.chance(0.15)
          ? {
              ...record,
              ...tombstone,
              history: [],
              dueAt: null,
              resolvedAt: null,
              rating: null,
              overdue: false,
              remindedAt: null,
              remindedCount: 0,
              escalationLevel: 0,
              applicantName: null,
              applicantPhone: null,
              description: null,
              handler: null,
              supervised: false,
              reopenedCount: 0,
              transferredToId: random.pick(requests).id,
            }
          : { ...record, organizationId: ownOrganization(record.platformCode) };
      case 'Member':
        return random.chance(0.15)
          ? {
              ...record,
              ...tombstone,
              name: null,
              phone: null,
              joinedAt: null,
              decidedAt: null,
              leftAt: null,
              transferredToId: random.pick(members).id,
            }
          : { ...record, organizationId: ownOrganization(record.platformCode) };
      case 'MediaChannel':
      case 'Opening':
      case 'Record':
        return record;
    }
  });
}

const tombstone = { status: 'TRANSFERRED', organizationId: null, person: null } as const;

function times<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}
