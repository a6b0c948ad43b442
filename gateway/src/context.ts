/** What every step of a request shares: who asks, until when, how complete the answer must be, and what happened. */
import type { Actor, Caller, NetClient, NetSnapshot } from '@onenet/contract';
import type { PlanTrace } from './plan/trace.ts';

/** How complete a caller demands the answer to be. */
export const completenessDemands = ['ALL', 'QUORUM', 'BEST_EFFORT'] as const;
export type CompletenessDemand = (typeof completenessDemands)[number];

/** The context of one operation, as data sources get it. */
export interface RequestContext {
  readonly requestId: string;
  readonly caller: Caller;
  /** What the directory says of the caller, if it is a third party's system. */
  readonly client?: NetClient;
  /** The net in which the request stays from its first step to its last, in every wave. */
  readonly net: NetSnapshot;
  /** The net of now: what was revoked meanwhile, the next wave does without. */
  readonly netNow: () => NetSnapshot;
  /** Who performs a mutation, if somebody is asserted. */
  readonly actor?: Actor;
  /** On the clock of `performance.now()`, in milliseconds. */
  readonly deadlineAt: number;
  readonly completeness: CompletenessDemand;
  /** Aborts at the deadline, and when the caller goes away. */
  readonly signal: AbortSignal;
  readonly report: OperationReport;
  /** Follows how it is carried out, for a caller that asks for its plan. */
  readonly plan?: PlanTrace;
}

/** An owner that is not in an answer, and why: `AbsenceReason` of the contract. */
export interface Absence {
  readonly platform: string;
  readonly reason: string;
}

/** A value that an owner could not give in a page that it gave: null in the answer. */
export interface PartialPage {
  readonly platform: string;
  /** Below the list; `@` stands for every index. */
  readonly path: readonly string[];
  readonly code: string;
}

/** How complete one gathered list is. */
export interface GatheredReport {
  /** The list's place in the answer; `@` stands for every index of a list. */
  readonly path: readonly (string | number)[];
  /** The platform or division whose list it is; null on the root. */
  readonly of: string | null;
  readonly asked: number;
  readonly answered: number;
  readonly notAsked: readonly Absence[];
  readonly missing: readonly Absence[];
  readonly partial: readonly PartialPage[];
  readonly resume: string | null;
  /** RFC 3339. */
  readonly asOf: string;
}

/** One call to an owner. */
export interface OwnerCall {
  readonly platform: string;
  readonly kind: 'gather' | 'entities' | 'route' | 'mutate';
  /** `OK`, or the reason why its part is missing. */
  readonly outcome: string;
  readonly durationMs: number;
  readonly bytes: number;
  /** Of its HTTP answer; null where there was none. */
  readonly status: number | null;
  /** Records in its answer; null where they could not be counted. */
  readonly rows: number | null;
  /** Ids of the grants on which the call rested, joined by commas. */
  readonly grant: string | null;
  /** Hashes of the leaves that were sent: one, more where it was sent again, none where nothing was sent or signed. */
  readonly leaves: readonly string[];
}

/** What went wrong at an owner: a caller sees its id only. */
export interface OwnerIncident {
  readonly id: string;
  readonly platform: string;
  readonly reason: string;
  /** The rule that was broken and where; never an owner's words or values. */
  readonly detail: string;
}

/** Collects what the envelope and the record line say about an operation. */
export class OperationReport {
  /** The estimate of what the operation costs; undefined where it did not come to that. */
  cost: number | undefined;
  readonly gathered: GatheredReport[] = [];
  readonly calls: OwnerCall[] = [];
  readonly incidents: OwnerIncident[] = [];

  /** Notes how complete a gathered list is. */
  addGathered(gathered: GatheredReport): void {
    this.gathered.push(gathered);
  }

  /** Notes a call to an owner. */
  addCall(call: OwnerCall): void {
    this.calls.push(call);
  }

  /** Notes an incident, for the log. */
  addIncident(incident: OwnerIncident): void {
    this.incidents.push(incident);
  }
}
