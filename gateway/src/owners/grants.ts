/** The grants of a snapshot, found by who asks whom for what; and who may ask at all. */
import { grantedScopes, type Caller, type NetGrant, type NetSnapshot } from '@onenet/contract';

/** What live grants of one owner give a caller for its purpose. */
export interface Granted {
  readonly scopes: ReadonlySet<string>;
  /** The same for the same scopes. */
  readonly key: string;
  /** By id. */
  readonly grants: readonly NetGrant[];
}

const nothing: Granted = { scopes: new Set(), key: '', grants: [] };

/** Grants for one client, owner and purpose, and what they give until the next of them ends. */
interface Entry {
  readonly grants: readonly NetGrant[];
  granted: Granted;
  untilMs: number;
}

const indexes = new WeakMap<NetSnapshot['grants'], ReadonlyMap<string, Entry>>();

/** What an owner has granted a caller, at a moment. */
export function grantedTo(
  { grants }: NetSnapshot,
  caller: Caller,
  owner: string,
  nowMs: number,
): Granted {
  const { client, purpose } = caller;
  if (purpose === null) return nothing;
  let index = indexes.get(grants);
  if (!index) indexes.set(grants, (index = indexOf(grants)));
  const entry = index.get(keyOf(client, owner, purpose));
  if (!entry) return nothing;
  if (nowMs >= entry.untilMs) read(entry, caller, owner, nowMs);
  return entry.granted;
}

const admitted = new WeakMap<NetSnapshot['clients'], ReadonlySet<string>>();

/** Whether a client is still admitted; one that was suspended meanwhile is not. */
export function isAdmitted({ clients }: NetSnapshot, client: string): boolean {
  let ids = admitted.get(clients);
  if (!ids) admitted.set(clients, (ids = new Set(clients.map(({ id }) => id))));
  return ids.has(client);
}

function indexOf(grants: readonly NetGrant[]): ReadonlyMap<string, Entry> {
  const groups = Map.groupBy(grants, ({ client, platform, purpose }) =>
    keyOf(client, platform, purpose),
  );
  return new Map(
    [...groups].map(([key, group]) => [key, { grants: group, granted: nothing, untilMs: 0 }]),
  );
}

function keyOf(...parts: readonly string[]): string {
  return parts.join(' ');
}

function read(entry: Entry, caller: Caller, owner: string, nowMs: number): void {
  const scopes = grantedScopes(entry.grants, caller, owner, nowMs);
  const live = entry.grants.filter(
    (grant) => grantedScopes([grant], caller, owner, nowMs).size > 0,
  );
  const ends = live.flatMap(({ until }) => (until === null ? [] : [Date.parse(until)]));
  entry.granted = {
    scopes,
    key: [...scopes].toSorted().join(' '),
    grants: live.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  };
  // A clock that is set back makes nothing live again: the next snapshot is read anew.
  entry.untilMs = Math.min(...ends);
}
