/** A few records of each platform whose answers are easily told apart, two of them tombstones that lead to others. */
import type { OrganizationRecord, ReferenceRecord, ServiceRequestRecord } from '@onenet/platforms';

const begin = Date.UTC(2026, 0, 1);
export const requestsEach = 4;

/** The `n`-th request's; the lists are ordered by `submittedAt`, over all platforms. */
export function requestId(code: string, n: number): string {
  return `${code}:R-${n}`;
}

export function organizationId(code: string): string {
  return `${code}:O-1`;
}

/** Platforms interleave. */
export function submittedAt(code: string, n: number): Date {
  return new Date(begin + n * 86_400_000 + Number(code) * 1000);
}

/** Tombstones stand at the first of them and lead to each of the others. */
export function tombstoneId(first: string, target: string): string {
  return `${first}:T-${target}`;
}

/** All of one platform; `tombstonesTo`: where its tombstones lead. */
export function fewRecords(code: string, tombstonesTo: readonly string[]): ReferenceRecord[] {
  return [
    organization(code),
    ...Array.from({ length: requestsEach }, (_, n) => request(code, n)),
    ...tombstonesTo.map((target) => ({
      ...request(code, requestsEach),
      id: tombstoneId(code, target),
      ...tombstone,
      transferredToId: requestId(target, 0),
    })),
  ];
}

function organization(code: string): OrganizationRecord {
  return {
    type: 'Organization',
    id: organizationId(code),
    platformCode: code,
    placeCode: code,
    updatedAt: new Date(begin),
    simulated: false,
    name: `演示工会 ${code}`,
    kind: 'UNION',
    level: 2,
    parentId: null,
    foundedAt: new Date(begin),
    chairName: null,
    commitment: null,
  };
}

function request(code: string, n: number): ServiceRequestRecord {
  const at = submittedAt(code, n);
  return {
    type: 'ServiceRequest',
    id: requestId(code, n),
    platformCode: code,
    placeCode: code,
    updatedAt: at,
    simulated: false,
    title: `演示 ${code} ${n}`,
    category: 'SERVICE',
    channel: 'WECHAT',
    status: 'SUBMITTED',
    submittedAt: at,
    organizationId: organizationId(code),
    transferredToId: null,
    dueAt: null,
    resolvedAt: null,
    overdue: false,
    handler: null,
    supervised: false,
    reopenedCount: 0,
    rating: null,
    overdueAt: null,
    remindedAt: null,
    remindedCount: 0,
    escalationLevel: 0,
    applicantName: '演示',
    applicantPhone: '13900000000',
    description: '演示',
    history: [{ step: 'STATUS', at, actorKind: 'WORKER', from: null, to: 'SUBMITTED' }],
    person: null,
  };
}

const tombstone = {
  status: 'TRANSFERRED',
  organizationId: null,
  person: null,
  history: [],
  applicantName: null,
  applicantPhone: null,
  description: null,
} as const;
