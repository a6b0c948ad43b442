/** For tests: records with what trips a list up — equal keys, characters beyond U+FFFF, tombstones. */
import type {
  ArticleRecord,
  MemberRecord,
  OrganizationRecord,
  ReferenceRecord,
  ServiceRequestRecord,
  StationRecord,
} from '@onenet/platforms';

export const platformCode = '420100';

/** Wuhan, two of its counties, a street and two communities of it. */
export const places = ['420100', '420102', '420103', '420102002', '420102002003'] as const;

const names = ['工会', 'Ａ～', '𠮷野家', 'Z', '吴', '工会', ''] as const;
const categories = ['WAGES', 'SAFETY', 'OTHER'] as const;
const statuses = ['SUBMITTED', 'ACCEPTED', 'RESOLVED', 'REJECTED', 'TRANSFERRED'] as const;
const channels = ['WEBSITE', 'WECHAT', 'HOTLINE'] as const;

/** The moment around which they are made. */
export const start = Date.UTC(2016, 7, 31);

export function at(minutes: number): Date {
  return new Date(start + minutes * 60_000);
}

/** An element by number, round and round. */
export function pick<Value>(values: readonly Value[], index: number): Value {
  const value = values[index % values.length];
  if (value === undefined) throw new Error('There is nothing to pick from.');
  return value;
}

export function organization(index: number): OrganizationRecord {
  return {
    type: 'Organization',
    id: `${platformCode}:o-${index}`,
    platformCode,
    name: pick(names, index) + (index % 3),
    kind: pick(['UNION', 'ENTERPRISE', 'ZONE'], index),
    level: 3,
    placeCode: pick(places, index),
    parentId: index % 4 === 0 ? '420000:o-1' : null,
    foundedAt: at(index % 7),
    updatedAt: at(index % 5),
    chairName: null,
    commitment: null,
    simulated: false,
  };
}

/** On a grid around Wuhan's centre, several at each point. */
export function station(index: number): StationRecord {
  return {
    type: 'Station',
    id: `${platformCode}:s-${index}`,
    platformCode,
    name: pick(names, index),
    placeCode: pick(places, index),
    organizationId: `${platformCode}:o-${index % 3}`,
    latitude: 30.59 + (index % 11) * 0.0009,
    longitude: 114.3 + (index % 6) * 0.0011,
    openedAt: at(index),
    updatedAt: at(index % 5),
    address: null,
    openingHours: null,
    simulated: false,
  };
}

export function serviceRequest(index: number): ServiceRequestRecord {
  const status = pick(statuses, index);
  const submittedAt = at(index % 13);
  const closing = status === 'RESOLVED' || status === 'REJECTED';
  return {
    type: 'ServiceRequest',
    id: `${platformCode}:r-${index}`,
    platformCode,
    title: pick(names, index) || '无题',
    category: pick(categories, index),
    channel: pick(channels, index),
    status,
    placeCode: pick(places, Math.floor(index / 2)),
    submittedAt,
    updatedAt: at(index % 5),
    organizationId: index % 2 === 0 ? `${platformCode}:o-${index % 3}` : null,
    transferredToId: status === 'TRANSFERRED' ? '420500:r-1' : null,
    dueAt: index % 4 === 0 ? null : at(20 + (index % 3)),
    resolvedAt: status === 'RESOLVED' ? at(21) : null,
    overdue: false,
    handler: null,
    supervised: index % 9 === 0,
    reopenedCount: 0,
    rating: null,
    overdueAt: null,
    remindedAt: null,
    remindedCount: 0,
    escalationLevel: 0,
    applicantName: '演示甲',
    applicantPhone: '13800000000',
    description: '演示数据',
    history:
      status === 'TRANSFERRED'
        ? []
        : [
            { step: 'STATUS', at: submittedAt, actorKind: 'WORKER', from: null, to: 'SUBMITTED' },
            ...(closing
              ? [
                  {
                    step: 'STATUS',
                    at: at(21),
                    actorKind: 'OFFICER',
                    from: 'ACCEPTED',
                    to: status,
                  } as const,
                ]
              : []),
          ],
    person: `w-${index % 10}`,
    simulated: false,
  };
}

export function member(index: number): MemberRecord {
  const status = pick(['APPLIED', 'ACTIVE', 'REFUSED', 'LEFT', 'TRANSFERRED'] as const, index);
  return {
    type: 'Member',
    id: `${platformCode}:m-${index}`,
    platformCode,
    appliedAt: at(index % 13),
    updatedAt: at(index % 5),
    status,
    kind: pick(['EMPLOYEE', 'FLEXIBLE'], index),
    channel: pick(channels, index),
    placeCode: pick(places, Math.floor(index / 2)),
    organizationId: `${platformCode}:o-${index % 3}`,
    transferredToId: status === 'TRANSFERRED' ? '420500:m-1' : null,
    joinedAt: status === 'ACTIVE' || status === 'LEFT' ? at(30) : null,
    decidedAt: status === 'APPLIED' || status === 'TRANSFERRED' ? null : at(30),
    leftAt: status === 'LEFT' ? at(40) : null,
    joinCodeId: null,
    employerSize: null,
    family: [],
    name: '演示乙',
    phone: null,
    identityNumber: null,
    person: null,
    simulated: false,
  };
}

export function article(index: number): ArticleRecord {
  return {
    type: 'Article',
    id: `${platformCode}:a-${index}`,
    platformCode,
    title: pick(names, index) || '无题',
    column: pick(['要闻', '通知'], index),
    summary: null,
    placeCode: pick(places, index),
    organizationId: null,
    publishedAt: at(index % 13),
    updatedAt: at(index % 5),
    readCount: index % 4,
    shareCount: 0,
    likeCount: 0,
    commentCount: 2,
    comments: [
      { id: 'c-1', at: at(50), text: '好', author: '演示丙' },
      { id: 'c-2', at: at(50), text: '赞', author: '演示丁' },
    ],
    engagement: [
      { kind: 'READ', at: at(50), channel: 'WECHAT', count: 3, person: null },
      { kind: 'LIKE', at: at(51), channel: 'WECHAT', count: 1, person: 'w-1' },
    ],
    simulated: false,
  };
}

/** `count` of each kind. */
export function* testRecords(count: number): Generator<ReferenceRecord> {
  for (const make of [organization, station, serviceRequest, member, article]) {
    for (let index = 0; index < count; index++) yield make(index);
  }
}
