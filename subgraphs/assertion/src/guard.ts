/** The guard before an owner: takes a call only with an assertion that covers it, once, and records what was answered. Long, because the order of its checks is what makes it safe. */
import type { IncomingHttpHeaders } from 'node:http';
import {
  NetError,
  actorHeader,
  isOnThisMachine,
  localCaller,
  parseActor,
  type Actor,
  type Caller,
} from '@onenet/contract';
import { AccessRecord } from './access-record.ts';
import { Decider } from './decide.ts';
import { GroupCommit } from './group-commit.ts';
import { bodyHashOf, leafHash, leafHeader, parseLeaf } from './leaf.ts';
import type { OwnerGrants } from './owner-grants.ts';
import { assertionHeader, type Payload } from './payload.ts';
import { Requests, rowsOf } from './request.ts';
import type { AccessLine, GuardStore, SeenLeaf } from './store.ts';
import { rootFrom } from './tree.ts';
import type { TrustedKeys } from './trust.ts';

/** `refuse` them all, or take those from this machine as the platform's own front end, which has no scope. */
export type UnsignedCalls = 'refuse' | 'loopback';

export interface GuardOptions {
  /** The owner's code. */
  readonly code: string;
  /** Absent: no assertion can be verified, so every call that carries one is refused. */
  readonly trust?: TrustedKeys | undefined;
  readonly store: GuardStore;
  readonly unsigned: UnsignedCalls;
  /** What the owner has granted to third parties; absent: that is not known, so they are refused. */
  readonly grants?: OwnerGrants | undefined;
  /** The clock, milliseconds since 1970. */
  readonly now?: () => number;
}

/** A call as it came. */
export interface InwardCall {
  readonly method: string;
  /** The request line's target: path and query, as `IncomingMessage.url`. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The socket's other end. */
  readonly remoteAddress: string | undefined;
  /** The whole body; empty where there is none. */
  readonly body: Uint8Array;
}

export type Admission = Admitted | Refused;

export interface Admitted {
  readonly kind: 'ADMITTED';
  readonly caller: Caller;
  /** Who performs a mutation. */
  readonly actor: Actor | undefined;
  /** Ids of the grants that the call rests on, joined by commas; empty without one. */
  readonly grant: string;
  /** Which part of the net signed; null where nobody did, which is this machine. */
  readonly issuer: string | null;
  /** Writes the call into the access record; to be awaited before any of the answer leaves. */
  readonly record: (answered: Answered) => Promise<void>;
}

/** What is about to be answered. */
export interface Answered {
  /** Of the HTTP answer. */
  readonly status: number;
  /** The answer's whole body, in which records are counted; absent where it is not at hand. */
  readonly answer?: Uint8Array | undefined;
}

/** Why not: `status` 401, 403 for what the owner has not granted, or 503 when keys or grants could not be read. */
export interface Refused {
  readonly kind: 'REFUSED';
  readonly status: 401 | 403 | 503;
  readonly error: NetError;
}

export interface Guard {
  admit(call: InwardCall): Promise<Admission>;
  /** Lines of the access record after a sequence, in order. */
  lines(after: number, limit: number): Promise<readonly AccessLine[]>;
  /** The number of its newest line; 0 where there is none. */
  lastSequence(): Promise<number>;
}

/** How far an assertion may seem to come from the future, milliseconds: clocks differ a little. */
const leewayMs = 5_000;
/** How much longer than its life a leaf is remembered, milliseconds: the database's clock is another one. */
const rememberMs = 60_000;

/** Prepares the store. */
export async function createGuard(options: GuardOptions): Promise<Guard> {
  const { store } = options;
  await store.prepare();
  return new OwnerGuard(options, await store.since());
}

class OwnerGuard implements Guard {
  readonly #options: GuardOptions;
  readonly #sinceMs: number;
  readonly #seen: GroupCommit<SeenLeaf, boolean>;
  readonly #record: AccessRecord;
  readonly #requests = new Requests();
  readonly #decider: Decider;

  constructor(options: GuardOptions, since: Date) {
    const { store, code } = options;
    this.#options = options;
    this.#sinceMs = since.getTime();
    this.#seen = new GroupCommit(async (leaves) => {
      // The same leaf twice in one group: the first is taken, as it would be in two.
      const firsts = new Map(leaves.toReversed().map((seen) => [seen.leaf, seen]));
      const repeated = await store.see([...firsts.values()]);
      return leaves.map((seen) => firsts.get(seen.leaf) === seen && !repeated.has(seen.leaf));
    });
    this.#record = new AccessRecord(code, store);
    this.#decider = new Decider(code, options.grants);
  }

  async admit(call: InwardCall): Promise<Admission> {
    const assertion = call.headers[assertionHeader];
    const leaf = call.headers[leafHeader];
    if (assertion === undefined && leaf === undefined) return this.#admitUnsigned(call);
    if (typeof assertion !== 'string' || typeof leaf !== 'string') {
      return refused('ASSERTION_INVALID', `${assertionHeader} and ${leafHeader} come together.`);
    }
    return await this.#admitSigned(call, assertion, leaf);
  }

  lines(after: number, limit: number): Promise<readonly AccessLine[]> {
    return this.#options.store.read(after, limit);
  }

  async lastSequence(): Promise<number> {
    return (await this.#options.store.lastLine())?.sequence ?? 0;
  }

  #admitUnsigned({ headers, remoteAddress }: InwardCall): Admission {
    const mayBe = this.#options.unsigned === 'loopback';
    if (!mayBe || !isOnThisMachine(remoteAddress, (name) => headers[name]?.toString())) {
      const where = mayBe ? ' from another machine' : '';
      return refused('ASSERTION_REQUIRED', `A call${where} needs ${assertionHeader}.`);
    }
    return {
      kind: 'ADMITTED',
      caller: { ...localCaller, platform: this.#options.code },
      actor: parseActor(headers[actorHeader]?.toString()),
      grant: '',
      issuer: null,
      // It names nobody, so there is nothing to record.
      record: () => Promise.resolve(),
    };
  }

  async #admitSigned(call: InwardCall, assertion: string, header: string): Promise<Admission> {
    const { code, trust } = this.#options;
    if (!trust) return refused('ASSERTION_INVALID', `${code} trusts no keys: give it some.`);
    const leaf = parseLeaf(header);
    if (!leaf) return refused('ASSERTION_INVALID', `${leafHeader} is not <salt>.<index>.<path>.`);
    const verified = await trust.verify(assertion);
    if (verified.kind === 'NO_KEYS') {
      const error = new NetError('UNAVAILABLE', `The keys that ${code} trusts cannot be read.`);
      return { kind: 'REFUSED', status: 503, error };
    }
    if (verified.kind === 'INVALID') {
      return refused('ASSERTION_INVALID', `${assertionHeader}: ${verified.why}.`);
    }
    const { payload, kid } = verified;
    const began = performance.now();
    const nowMs = (this.#options.now ?? Date.now)();
    const untimely = this.#untimely(payload, nowMs);
    if (untimely) return untimely;

    const { method } = call;
    const bodyHash = bodyHashOf(call.body);
    const { salt, grant } = leaf;
    const own = leafHash(salt, { owner: code, method, path: call.url, bodyHash, grant });
    if (rootFrom(own, leaf)?.toString('base64url') !== payload.root) {
      return refused(
        'ASSERTION_INVALID',
        `The assertion does not cover this call: ${method} ${pathOf(call.url)} at ${code} with this body.`,
      );
    }
    const leafText = own.toString('hex');
    const until = new Date(payload.exp * 1000 + rememberMs);
    if (!(await this.#seen.add({ leaf: leafText, until }))) {
      return refused('ASSERTION_REPLAYED', 'This call was taken already: sign it again.');
    }
    const record = ({ status, answer }: Answered): Promise<void> => {
      const asked = this.#requests.asked(method, call.url, call.body);
      const { operation, document, fields, omitted } = asked;
      return this.#record.add({
        v: 2,
        at: new Date(nowMs).toISOString(),
        issuer: payload.iss,
        consumer: payload.consumer,
        person: payload.person,
        roles: payload.roles,
        purpose: payload.purpose,
        grant: grant === '' ? null : grant,
        kid,
        leaf: leafText,
        method,
        path: pathOf(call.url),
        body: bodyHash.toString('hex'),
        operation,
        document,
        fields,
        ...(omitted > 0 && { omitted }),
        rows: rowsOf(asked, answer),
        status,
        ms: Math.round(performance.now() - began),
      });
    };
    const decision = this.#decider.decide(payload, call, nowMs);
    if (decision.kind === 'REFUSED') {
      // Who is refused by name is in the record as well.
      await record({ status: decision.status });
      return decision;
    }
    return {
      kind: 'ADMITTED',
      caller: decision.caller,
      actor: decision.actor,
      grant,
      issuer: payload.iss,
      record,
    };
  }

  #untimely({ iat, exp }: Payload, nowMs: number): Refused | undefined {
    const times = {
      issuedAt: new Date(iat * 1000).toISOString(),
      ownerTime: new Date(nowMs).toISOString(),
    };
    const both = `issued ${times.issuedAt}, here it is ${times.ownerTime}`;
    if (iat * 1000 > nowMs + leewayMs) {
      return refused('CLOCK_SKEW', `The clocks differ: ${both}.`, times);
    }
    if (exp * 1000 <= nowMs) {
      return refused('ASSERTION_EXPIRED', `The assertion is no longer valid: ${both}.`, times);
    }
    // Whether a leaf was taken before the store's memory begins, nobody can say. A store in the owner's
    // database remembers through a restart of the guard, so a call that was signed before the restart and
    // arrives after it is good: only what is older than the store itself is refused. `iat` is in whole seconds.
    if ((iat + 1) * 1000 <= this.#sinceMs) {
      return refused(
        'ASSERTION_EXPIRED',
        `The assertion is older than the memory of ${this.#options.code}: ${both}.`,
        times,
      );
    }
    return undefined;
  }
}

function refused(
  code:
    | 'ASSERTION_REQUIRED'
    | 'ASSERTION_INVALID'
    | 'ASSERTION_EXPIRED'
    | 'ASSERTION_REPLAYED'
    | 'CLOCK_SKEW',
  message: string,
  details: Readonly<Record<string, string>> = {},
): Refused {
  return { kind: 'REFUSED', status: 401, error: new NetError(code, message, details) };
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}
