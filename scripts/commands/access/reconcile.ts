/** Both records side by side: what the owner says that it gave, and what the net says that it asked. */
import type { AccessEntry } from '@onenet/assertion';

/** A line of the owner's record, as it is read; lines of version 1 lack the later members. */
export type OwnerEntry = Partial<AccessEntry> &
  Pick<AccessEntry, 'at' | 'issuer' | 'consumer' | 'leaf' | 'status'> & {
    readonly sequence: number;
  };

/** A call as the net recorded it. */
export interface NetCall {
  readonly sequence: number;
  readonly at: string;
  readonly requestId: string | null;
  readonly client: string | null;
  readonly outcome: string;
  readonly status: number | null;
  readonly rows: number | null;
  readonly grant: string | null;
  readonly leaf: string | null;
}

/** What is looked at, and how far the net's record goes. Milliseconds since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  /** When the net's record begins. */
  readonly sinceMs: number;
  /** What was asked before this is in the net's record; undefined while nobody knows. */
  readonly deliveredToMs: number | undefined;
  /** The longest from an owner's line to the net's record of the request, with what clocks may differ by. */
  readonly underWayMs: number;
}

/** One thing that does not fit. */
export interface Difference {
  readonly kind:
    /** The owner gave something of which the net has no record. */
    | 'NOT_AT_THE_NET'
    /** The net was answered, and the owner has no line of it. */
    | 'NOT_AT_THE_OWNER'
    | 'OTHER_CONSUMER'
    | 'OTHER_GRANT'
    | 'OTHER_ROWS'
    /** A call may be answered once. */
    | 'TWICE_AT_THE_OWNER';
  readonly leaf: string;
  readonly at: string;
  readonly ownerSequence?: number;
  readonly netSequence?: number;
  readonly detail: string;
}

export interface Reconciled {
  /** Calls that both have. */
  readonly matched: number;
  /** At the owner, and too new to be at the net for certain: under way, or waiting at a gateway. */
  readonly pending: number;
  /** Sent, and no answer came: the owner may have them or not. */
  readonly unanswered: number;
  /** Lines of calls that other parts of the net made in their own name, by `issuer`. */
  readonly byOthers: Readonly<Record<string, number>>;
  readonly differences: readonly Difference[];
}

/** Answers that the guard, or what stands before it, gives without a line in the record. */
const notRecorded: ReadonlySet<number> = new Set([401, 404, 413, 429, 503]);

/** `lines` and `calls`: of a little more than the span, whose ends fall between the two sides' clocks. */
export function reconcile(
  lines: readonly OwnerEntry[],
  calls: readonly NetCall[],
  span: Span,
): Reconciled {
  const byLeaf = new Map<string, NetCall>();
  for (const call of calls) if (call.leaf !== null) byLeaf.set(call.leaf, call);
  const atOwner = new Map<string, OwnerEntry>();
  const byOthers: Record<string, number> = {};
  const differences: Difference[] = [];
  let matched = 0;
  let pending = 0;
  let unanswered = 0;

  for (const line of lines) {
    const { leaf, at, sequence, issuer } = line;
    const known = atOwner.get(leaf);
    if (known) {
      const detail = `line ${sequence} has the call of line ${known.sequence}`;
      differences.push({ kind: 'TWICE_AT_THE_OWNER', leaf, at, ownerSequence: sequence, detail });
      continue;
    }
    atOwner.set(leaf, line);
    if (issuer !== 'gateway') {
      if (isWithin(at, span)) byOthers[issuer] = (byOthers[issuer] ?? 0) + 1;
      continue;
    }
    const call = byLeaf.get(leaf);
    if (call) {
      if (isWithin(at, span)) matched++;
      differences.push(...differencesOf(line, call));
    } else if (isWithin(at, span) && Date.parse(at) > span.sinceMs) {
      if (mayStillCome(at, span)) pending++;
      else {
        const detail = `line ${sequence} gave ${line.consumer} something, and the net has no record of it`;
        differences.push({ kind: 'NOT_AT_THE_NET', leaf, at, ownerSequence: sequence, detail });
      }
    }
  }
  for (const { leaf, at, sequence, status, requestId, client } of calls) {
    if (leaf === null || atOwner.has(leaf) || !isWithin(at, span)) continue;
    if (status === null || notRecorded.has(status)) unanswered++;
    else {
      const detail = `request ${requestId ?? ''} of ${client ?? ''} was answered, and the owner has no line of it`;
      differences.push({ kind: 'NOT_AT_THE_OWNER', leaf, at, netSequence: sequence, detail });
    }
  }
  return { matched, pending, unanswered, byOthers, differences };
}

function differencesOf(line: OwnerEntry, call: NetCall): readonly Difference[] {
  const { leaf, at, sequence, consumer, rows, grant } = line;
  const place = { leaf, at, ownerSequence: sequence, netSequence: call.sequence };
  const sides = (owner: unknown, net: unknown): string =>
    `line ${sequence} says ${String(owner)}, the net's ${call.sequence} says ${String(net)}`;
  const found: Difference[] = [];
  if (consumer !== call.client) {
    found.push({ kind: 'OTHER_CONSUMER', ...place, detail: sides(consumer, call.client) });
  }
  if (grant !== undefined && grant !== call.grant) {
    found.push({ kind: 'OTHER_GRANT', ...place, detail: sides(grant, call.grant) });
  }
  // What the net found wrong with the answer, or did not get whole, it did not count.
  const areCounted = rows != null && call.rows !== null && call.outcome === 'OK';
  if (areCounted && rows !== call.rows) {
    found.push({ kind: 'OTHER_ROWS', ...place, detail: sides(rows, call.rows) });
  }
  return found;
}

function isWithin(at: string, { fromMs, toMs }: Span): boolean {
  const ms = Date.parse(at);
  return ms >= fromMs && ms < toMs;
}

function mayStillCome(at: string, { deliveredToMs, underWayMs }: Span): boolean {
  return deliveredToMs === undefined || Date.parse(at) >= deliveredToMs - underWayMs;
}
