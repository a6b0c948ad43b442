/** The shapes of reference records: the contract's field names, what is personal included, times as `Date`. Long, since they are one list. */
import type { ActorKind, EventData, EventTypeName } from '@onenet/contract';

/** What `referenceRecords` yields, told apart by `type`. */
export type ReferenceRecord =
  | OrganizationRecord
  | StationRecord
  | ServiceRequestRecord
  | MemberRecord
  | MediaChannelRecord
  | ArticleRecord
  | OpeningRecord
  | ModuleRecord;

/** What every record has. */
interface RecordBase {
  /** `<platform code>:<local id>` */
  readonly id: string;
  readonly platformCode: string;
  readonly updatedAt: Date;
  /** Activity that was simulated: a dimension of its own, left out of published figures. */
  readonly simulated: boolean;
}

/**
 * A record of a module that keeps the common anatomy: what its platform stores, what of it is
 * personal, and the events that tell of it.
 */
export interface ModuleRecord extends RecordBase {
  readonly type: 'Record';
  /** The contract's type, such as `Card`, or what the module stores beside its types. */
  readonly of: string;
  /** By the contract's names; without what is masked or computed. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly personal: Readonly<Record<string, unknown>>;
  /** Oldest first. */
  readonly events: readonly ReferenceEvent[];
}

/** What happened to a record. */
export interface ReferenceEvent {
  readonly type: EventTypeName;
  readonly at: Date;
  readonly data: Omit<EventData, 'firsts' | 'simulated'>;
  /** The opaque local reference of the person to count; it leaves no platform. */
  readonly person: string | null;
}

/** Founded at `foundedAt`; the event's category is `kind`. */
export interface OrganizationRecord extends RecordBase {
  readonly type: 'Organization';
  readonly name: string;
  readonly kind: OrganizationKind;
  /** Of its place: 1 (province) to 5 (community). */
  readonly level: number;
  readonly placeCode: string;
  /** Possibly at another platform. */
  readonly parentId: string | null;
  readonly foundedAt: Date;
  readonly chairName: string | null;
  readonly commitment: string | null;
}

export type OrganizationKind = 'UNION' | 'ENTERPRISE' | 'INSTITUTION' | 'ZONE';

/** Opened at `openedAt`. */
export interface StationRecord extends RecordBase {
  readonly type: 'Station';
  readonly name: string;
  readonly placeCode: string;
  readonly organizationId: string | null;
  /** WGS 84, degrees. */
  readonly latitude: number;
  readonly longitude: number;
  readonly openedAt: Date;
  readonly address: string | null;
  readonly openingHours: string | null;
}

/** With `status` TRANSFERRED a tombstone: no personal values, an empty history, and no event. */
export interface ServiceRequestRecord extends RecordBase {
  readonly type: 'ServiceRequest';
  readonly title: string;
  readonly category: RequestCategory;
  readonly channel: Channel;
  readonly status: RequestStatus;
  readonly placeCode: string;
  readonly submittedAt: Date;
  readonly organizationId: string | null;
  readonly transferredToId: string | null;
  readonly dueAt: Date | null;
  readonly resolvedAt: Date | null;
  /** Resolved or rejected after `dueAt`, or open past it when generated. */
  readonly overdue: boolean;
  readonly handler: string | null;
  readonly supervised: boolean;
  readonly reopenedCount: number;
  readonly rating: number | null;
  /** When its deadline was found to have passed, since it was last opened. */
  readonly overdueAt: Date | null;
  readonly remindedAt: Date | null;
  readonly remindedCount: number;
  readonly escalationLevel: number;
  /** Personal. */
  readonly applicantName: string | null;
  /** Personal. */
  readonly applicantPhone: string | null;
  /** Personal. */
  readonly description: string | null;
  /** Oldest first; the first is the submission. Each step is one event. */
  readonly history: readonly RequestStepRecord[];
  /** The applicant's opaque local reference, to count people; it leaves no platform. */
  readonly person: string | null;
}

export type RequestStepRecord =
  | {
      readonly step: 'STATUS';
      readonly at: Date;
      readonly actorKind: ActorKind;
      /** Null for the first. RESOLVED, RATED or REJECTED → ACCEPTED is a reopening. */
      readonly from: RequestStatus | null;
      readonly to: RequestStatus;
    }
  | {
      readonly step: 'FEEDBACK';
      readonly at: Date;
      readonly actorKind: ActorKind;
      /** Personal. */
      readonly text: string;
    }
  /** Goes with a STATUS step RESOLVED → RATED at the same time, which is no event of its own. */
  | {
      readonly step: 'RATING';
      readonly at: Date;
      readonly actorKind: ActorKind;
      readonly rating: number;
    }
  | {
      /** Each of these is one event. OVERDUE: its deadline passed, before it was closed. */
      readonly step: 'SUPERVISION' | 'REMINDER' | 'OVERDUE';
      readonly at: Date;
      readonly actorKind: ActorKind;
    }
  | {
      readonly step: 'ESCALATION';
      readonly at: Date;
      readonly actorKind: ActorKind;
      /** The level that it reached, from 1. */
      readonly level: number;
    }
  | {
      readonly step: 'TRANSFER';
      readonly at: Date;
      readonly actorKind: ActorKind;
      /** The code of the platform that it came from. */
      readonly fromPlatform: string;
    };

export type RequestStatus =
  | 'SUBMITTED'
  | 'VERIFIED'
  | 'DISPATCHED'
  | 'ACCEPTED'
  | 'RESOLVED'
  | 'REJECTED'
  | 'RATED'
  | 'TRANSFERRED'
  | 'IN_TRANSFER';

export type RequestCategory =
  | 'WAGES'
  | 'CONTRACT'
  | 'SAFETY'
  | 'INSURANCE'
  | 'MEDICAL'
  | 'HARDSHIP'
  | 'EMPLOYMENT'
  | 'LEGAL'
  | 'SERVICE'
  | 'OTHER';

export const channels = [
  'WEBSITE',
  'WECHAT',
  'APP',
  'HOTLINE',
  'STATION',
  'QR_CODE',
  'MINI_PROGRAM',
] as const;
export type Channel = (typeof channels)[number];

/**
 * Applied at `appliedAt`, decided at `decidedAt`, left at `leftAt`; the events' category is `kind`.
 * With `status` TRANSFERRED a tombstone: no personal values and no event.
 */
export interface MemberRecord extends RecordBase {
  readonly type: 'Member';
  readonly appliedAt: Date;
  readonly status: MemberStatus;
  readonly kind: MemberKind;
  readonly channel: Channel;
  readonly placeCode: string;
  readonly organizationId: string | null;
  readonly transferredToId: string | null;
  /** When taken in. */
  readonly joinedAt: Date | null;
  /** When taken in or refused. */
  readonly decidedAt: Date | null;
  readonly leftAt: Date | null;
  /** The QR code by which the worker applied. */
  readonly joinCodeId: string | null;
  /** How many people the employer has; of a MICRO_ENTERPRISE fewer than 25. */
  readonly employerSize: number | null;
  /** Oldest first. */
  readonly family: readonly FamilyMemberRecord[];
  /** Personal. */
  readonly name: string | null;
  /** Personal. */
  readonly phone: string | null;
  /** Personal: 18 characters, GB 11643. */
  readonly identityNumber: string | null;
  readonly person: string | null;
}

export interface FamilyMemberRecord {
  /** Local to the member. */
  readonly key: string;
  readonly relation: FamilyRelation;
  /** Personal. */
  readonly name: string;
}

export const familyRelations = ['SPOUSE', 'CHILD', 'PARENT', 'OTHER'] as const;
export type FamilyRelation = (typeof familyRelations)[number];

export type MemberStatus =
  | 'APPLIED'
  | 'ACTIVE'
  | 'REFUSED'
  | 'LEFT'
  | 'TRANSFERRED'
  | 'IN_TRANSFER';

export const memberKinds = ['EMPLOYEE', 'MICRO_ENTERPRISE', 'FLEXIBLE', 'MIGRANT'] as const;
export type MemberKind = (typeof memberKinds)[number];

/** One of the platform's own channels. `followerCount` = `follows` + its opening balance. */
export interface MediaChannelRecord extends RecordBase {
  readonly type: 'MediaChannel';
  readonly name: string;
  readonly channel: Channel;
  readonly followerCount: number;
  /** When each follower came, one event each, oldest first. */
  readonly follows: readonly FollowRecord[];
}

export interface FollowRecord {
  readonly at: Date;
  readonly simulated: boolean;
}

/** Published at `publishedAt`; the events' category is `column`. The counters are the sums of `engagement`. */
export interface ArticleRecord extends RecordBase {
  readonly type: 'Article';
  readonly title: string;
  readonly column: string;
  readonly summary: string | null;
  readonly placeCode: string;
  readonly organizationId: string | null;
  readonly publishedAt: Date;
  readonly readCount: number;
  readonly shareCount: number;
  readonly likeCount: number;
  readonly commentCount: number;
  /** Some of the comments, oldest first: at most twenty. Each is also in `engagement`. */
  readonly comments: readonly CommentRecord[];
  /** Oldest first; each is one event. */
  readonly engagement: readonly EngagementRecord[];
}

export interface CommentRecord {
  /** Local to the article. */
  readonly id: string;
  readonly at: Date;
  readonly text: string;
  /** Personal. */
  readonly author: string;
}

export interface EngagementRecord {
  readonly kind: 'READ' | 'SHARE' | 'LIKE' | 'COMMENT';
  readonly at: Date;
  readonly channel: Channel;
  /** Above 1 for READ and SHARE only: what fell into one clock minute. */
  readonly count: number;
  /** The reader's opaque local reference; null where `count` speaks of several. */
  readonly person: string | null;
}

/** A balance from before the log began: one `onenet.opening` event. */
export interface OpeningRecord {
  readonly type: 'Opening';
  /** Stable: `<platform code>:opening-<n>`. */
  readonly id: string;
  readonly platformCode: string;
  readonly measure: EventTypeName;
  /** Of the events' values, in their unit; when absent, of their number. */
  readonly of?: 'value';
  readonly kind: 'stock' | 'flow';
  readonly value: number;
  readonly asOf: Date;
  readonly placeCode: string;
  readonly category: string | null;
  readonly channel: Channel | null;
}
