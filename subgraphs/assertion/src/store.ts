/** What a guard remembers, wherever that is: in the owner's own database, so that all its guards share it. */
import type { NetGrant } from '@onenet/contract';

/** A leaf that was taken. */
export interface SeenLeaf {
  /** The leaf's hash, hexadecimal. */
  readonly leaf: string;
  /** Until then it must be known. */
  readonly until: Date;
}

/** A line of the access record, sealed by its head. */
export interface AccessLine {
  /** From 1, without a gap. */
  readonly sequence: number;
  /** JSON of an `AccessEntry`; the chain is over these very bytes in UTF-8. */
  readonly line: string;
  /** The chain's head at this line, hexadecimal. */
  readonly head: string;
}

/** What the owner has granted, as the province said it last. */
export interface GrantList {
  /** Of the registry. */
  readonly revision: number;
  readonly grants: readonly NetGrant[];
  /** Ids of those of suspended clients: none rests on them, and with the client they are live again. */
  readonly dormant: readonly string[];
  /**
   * Ids of grants that a restored registry has and the owner did not know to be live before: they may
   * have been revoked since the backup, so nothing rests on them ever again.
   */
  readonly refused: readonly string[];
}

/** Several processes may share one: each method is safe beside itself. */
export interface GuardStore {
  /** Makes tables and indexes where they are missing. */
  prepare(): Promise<void>;
  /**
   * Since when every leaf that was taken is known here. A store that outlives its guards says when it
   * was made, one that does not when it was opened.
   */
  since(): Promise<Date>;
  /**
   * Notes leaves, each different, as taken; resolves with those that were not new. Of several guards
   * that note the same leaf at once, all but one are told so. Durable when it resolves.
   */
  see(leaves: readonly SeenLeaf[]): Promise<ReadonlySet<string>>;
  /** The newest line. */
  lastLine(): Promise<Pick<AccessLine, 'sequence' | 'head'> | undefined>;
  /**
   * Appends lines whose numbers follow each other. Resolves with how many of them, from the first, are
   * in the record: fewer when another process took a number. Durable when it resolves.
   */
  append(lines: readonly AccessLine[]): Promise<number>;
  /** Lines after a sequence, in order. */
  read(after: number, limit: number): Promise<readonly AccessLine[]>;
  /** Keeps the list instead of the one before. */
  saveGrants(list: GrantList): Promise<void>;
  /** The list that was kept last. */
  loadGrants(): Promise<GrantList | undefined>;
}
