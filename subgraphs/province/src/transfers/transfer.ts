/** A transfer of a record from one platform to another, as the province keeps it, and the states that it goes through. */
import type { ConnectionStatus } from '@onenet/contract';

export const transferKinds = ['MEMBER', 'SERVICE_REQUEST'] as const;
export type TransferKind = (typeof transferKinds)[number];

/** OFFERING → OFFERED → ACCEPTING → ACCEPTED → COMPLETED; up to ACCEPTING it may turn to WITHDRAWING → WITHDRAWN. */
export const transferStatuses = [
  'OFFERING',
  'OFFERED',
  'ACCEPTING',
  'ACCEPTED',
  'COMPLETED',
  'WITHDRAWING',
  'WITHDRAWN',
] as const;
export type TransferStatus = (typeof transferStatuses)[number];

export const transferReasons = ['PLACE', 'LEVEL', 'EMPLOYER', 'OTHER'] as const;
export type TransferReason = (typeof transferReasons)[number];

/** Why a transfer ends, or ended, at its source again. */
export type WithdrawnFor = 'REFUSED' | 'DEADLINE' | 'CANCELLED';

/** The steps at platforms; each is asked by the key `<transfer>:<step>`, however often. */
export type Step = 'offer' | 'accept' | 'decline' | 'complete' | 'withdraw';

/** What stands in the way: a code, and at which platform. Never a platform's words. */
export interface Problem {
  readonly platform: string;
  /** Of the table of error codes, or why there was no answer. */
  readonly code: string;
}

/** One document of the collection `transfers`. No person is in it: what moves is sealed to the target. */
export interface Transfer {
  /** 24 hexadecimal digits that rise with time. */
  readonly _id: string;
  readonly kind: TransferKind;
  readonly recordId: string;
  readonly from: string;
  readonly to: string;
  /** Where the record lies from then on, and its organization, as they were asked for. */
  readonly placeCode: string | null;
  readonly organizationId: string | null;
  readonly reason: TransferReason | null;
  readonly status: TransferStatus;
  readonly startedAt: Date;
  readonly dueAt: Date;
  readonly endedAt: Date | null;
  /** Calls to platforms so far. */
  readonly attempts: number;
  /** Of these, since the last one that brought it on. */
  readonly tries: number;
  readonly problem: Problem | null;
  /** The refusal for which it ends at its source. */
  readonly refusal: Problem | null;
  readonly withdrawnFor: WithdrawnFor | null;
  /** The target's key at the first offer: the same input each time it is asked. */
  readonly sealingKey: string | null;
  /** How often the source may have been asked to offer. */
  readonly offers: number;
  /** What the offer gave, until the target has it or will never have it. */
  readonly sealed: string | null;
  /** Whether the target will never accept it: it declined, or was never asked. */
  readonly declined: boolean;
  /** The record at the target. */
  readonly targetId: string | null;
  /** When it is taken up next; null: it has ended. While it is driven: when others may take it over. */
  readonly nextAt: Date | null;
  /** Who drives it. */
  readonly lease: string | null;
}

/** Whether it has not ended, and should have. */
export function isOverdue({ dueAt, endedAt }: Transfer, now: Date): boolean {
  return endedAt === null && dueAt <= now;
}

/** Platforms that are asked: of another, the record waits. */
export function isAsked(connection: ConnectionStatus): boolean {
  return connection === 'CONNECTED';
}
