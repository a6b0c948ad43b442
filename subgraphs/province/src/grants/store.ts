/** Grants and applications in MongoDB: each change is one transaction with its line in the audit trail, and with the revision where the net must know. Long, because it is every step of a grant’s life. */
import { NetError } from '@onenet/contract';
import { MongoServerError, ObjectId } from 'mongodb';
import type { ClientSession, Collection, Db, Filter } from 'mongodb';
import { identityOf, keyDays, mustBeSame, type AskedOnce } from '../idempotency.ts';
import type { Action } from '../registry/entry.ts';
import { unknownPlatform, type Store } from '../registry/store.ts';
import { knownScopes, mustLieAhead } from './application.ts';
import {
  isLive,
  openKey,
  type ApplicationDocument,
  type Decision,
  type GrantDocument,
} from './grant.ts';
import { mustDecideFor, mustSpeakFor, sees, type Party } from './party.ts';

/** What a platform decides of an application. */
export interface Verdict {
  readonly application: string;
  readonly platform: string;
  /** What it grants; null: it refuses. */
  readonly grant: {
    /** Undefined: all that is asked. */
    readonly scopes: readonly string[] | undefined;
    /** Undefined: as long as is asked. */
    readonly until: Date | undefined;
  } | null;
  /** Why it refuses. */
  readonly reason: string | null;
}

/** A mutation that was carried out. */
interface DoneRequest {
  readonly _id: string;
  readonly hash: string;
  /** The id of the application or the grant. */
  readonly result: string;
  readonly at: Date;
}

export class GrantStore {
  readonly registry: Store;
  readonly grants: Collection<GrantDocument>;
  readonly applications: Collection<ApplicationDocument>;
  readonly #requests: Collection<DoneRequest>;

  constructor(registry: Store, db: Db) {
    this.registry = registry;
    this.grants = registry.grants;
    this.applications = db.collection('applications');
    this.#requests = db.collection('grantRequests');
  }

  async prepare(): Promise<void> {
    await this.grants.createIndex({ client: 1, _id: -1 });
    await this.grants.createIndex({ platform: 1, _id: -1 });
    await this.grants.createIndex({ status: 1, until: 1 });
    await this.applications.createIndex({ client: 1, _id: -1 });
    await this.applications.createIndex({ 'decisions.platform': 1, _id: -1 });
    // Of two that ask the same of a platform at once, one is entered.
    await this.applications.createIndex(
      { open: 1 },
      { name: 'one_open', unique: true, partialFilterExpression: { 'open.0': { $exists: true } } },
    );
    await this.#requests.createIndex({ at: 1 }, { expireAfterSeconds: keyDays * 86_400 });
  }

  /** Enters an application; what it asks, and of whom, is checked as of that moment. */
  async apply(asked: AskedOnce, application: ApplicationDocument, party: Party): Promise<string> {
    mustSpeakFor(party, application.client);
    const { client, scopes, purpose, decisions } = application;
    return await this.#once(asked, async (session) => {
      await this.#mustBeAdmitted(client, scopes, purpose, session);
      for (const { platform } of decisions) {
        const entry = await this.registry.platforms.findOne({ _id: platform }, { session });
        if (!entry) throw unknownPlatform(platform.slice(0, 40));
        await this.#mustBeNews(application, platform, session);
        await this.#note(
          'GRANT_APPLIED',
          { client, platform, id: application._id },
          party,
          session,
        );
      }
      await this.applications.insertOne(application, { session });
      return application._id;
    });
  }

  /** Takes back what no platform has decided yet. */
  async withdraw(asked: AskedOnce, id: string, party: Party): Promise<string> {
    return await this.#once(asked, async (session) => {
      const application = await this.#application(id, party, session);
      const { client, decisions } = application;
      mustSpeakFor(party, client);
      const open = decisions.filter(({ status }) => status === 'SUBMITTED');
      if (open.length === 0) {
        throw new NetError(
          'WRONG_STATE',
          `Every platform has decided on ${id}, or it is withdrawn.`,
        );
      }
      const decidedAt = new Date();
      const withdrawn = decisions.map((each) =>
        each.status === 'SUBMITTED' ? { ...each, status: 'WITHDRAWN' as const, decidedAt } : each,
      );
      await this.applications.updateOne(
        { _id: id },
        { $set: { decisions: withdrawn, open: [] } },
        { session },
      );
      for (const { platform } of open) {
        await this.#note('GRANT_WITHDRAWN', { client, platform, id }, party, session);
      }
      return id;
    });
  }

  /** A platform grants what was asked, or less of it, or refuses; resolves with the application's id. */
  async decide(asked: AskedOnce, verdict: Verdict, party: Party): Promise<string> {
    const { application: id, platform } = verdict;
    mustDecideFor(party, platform);
    return await this.#once(asked, async (session) => {
      const application = await this.#application(id, party, session);
      const before = application.decisions.find((each) => each.platform === platform);
      if (!before) throw new NetError('NOT_FOUND', `${platform} is not asked by ${id}.`);
      if (before.status !== 'SUBMITTED') {
        throw new NetError('WRONG_STATE', `${platform} has decided on ${id}: ${before.status}.`);
      }
      const now = new Date();
      const grant = verdict.grant && grantFrom(application, platform, verdict.grant, now);
      if (grant) {
        await this.#mustBeAdmitted(grant.client, grant.scopes, grant.purpose, session);
        await this.grants.insertOne(grant, { session });
        await this.registry.raise(session);
      }
      const decision: Decision = {
        platform,
        status: grant ? 'APPROVED' : 'REFUSED',
        decidedAt: now,
        reason: verdict.reason,
        grant: grant?._id ?? null,
      };
      const decisions = application.decisions.map((each) =>
        each.platform === platform ? decision : each,
      );
      const open = application.open.filter((key) => key !== openKey(application, platform));
      await this.applications.updateOne({ _id: id }, { $set: { decisions, open } }, { session });
      const { client } = application;
      const about = { client, platform, id: grant?._id ?? id };
      await this.#note(grant ? 'GRANT_APPROVED' : 'GRANT_REFUSED', about, party, session);
      return id;
    });
  }

  /** From now on nothing rests on the grant: the owner takes it back, or the client gives it back. */
  async revoke(asked: AskedOnce, id: string, reason: string | null, party: Party): Promise<string> {
    return await this.#once(asked, async (session) => {
      const grant = await this.grants.findOne({ _id: id }, { session });
      if (!grant || !sees(party, grant.client, grant.platform)) throw unknownGrant(id);
      if (party.client !== grant.client) mustDecideFor(party, grant.platform);
      if (grant.status !== 'LIVE') throw new NetError('WRONG_STATE', `${id} is ${grant.status}.`);
      const set = { status: 'REVOKED', endedAt: new Date(), endReason: reason } as const;
      await this.grants.updateOne({ _id: id }, { $set: set }, { session });
      await this.#note('GRANT_REVOKED', { ...grant, id }, party, session);
      await this.registry.raise(session);
      return id;
    });
  }

  /** The application or grant of the same request before; undefined: there was none. */
  async done(asked: AskedOnce): Promise<string | undefined> {
    const done = await this.#requests.findOne({ _id: identityOf(asked)._id });
    if (done === null) return undefined;
    mustBeSame(asked, done);
    return done.result;
  }

  async #once(
    asked: AskedOnce,
    body: (session: ClientSession) => Promise<string>,
  ): Promise<string> {
    const before = await this.done(asked);
    if (before !== undefined) return before;
    let result = '';
    try {
      await this.registry.transaction(async (session) => {
        result = await body(session);
        const request = { ...identityOf(asked), result, at: new Date() };
        await this.#requests.insertOne(request, { session });
      });
      return result;
    } catch (error) {
      if (!(error instanceof MongoServerError) || error.code !== 11_000) throw error;
      // Of two that ask the same at once, one was carried out.
      const done = await this.done(asked);
      if (done !== undefined) return done;
      throw asksTheSame();
    }
  }

  async #application(
    id: string,
    party: Party,
    session: ClientSession,
  ): Promise<ApplicationDocument> {
    const found = await this.applications.findOne({ _id: id }, { session });
    if (found?.decisions.some(({ platform }) => sees(party, found.client, platform))) return found;
    throw new NetError('NOT_FOUND', `There is no application "${id.slice(0, 40)}".`);
  }

  async #mustBeAdmitted(
    id: string,
    scopes: readonly string[],
    purpose: string,
    session: ClientSession,
  ): Promise<void> {
    const client = await this.registry.clients.findOne({ _id: id }, { session });
    if (!client) throw new NetError('NOT_FOUND', `There is no client "${id.slice(0, 80)}".`);
    if (client.status !== 'ACTIVE') {
      throw new NetError('WRONG_STATE', `${id} is ${client.status}: it can be granted nothing.`);
    }
    if (!client.purposes.includes(purpose)) {
      throw new NetError(
        'BAD_INPUT',
        `\`purpose\`: ${id} has no purpose "${purpose.slice(0, 80)}"; it has ${client.purposes.join(', ')}.`,
      );
    }
    const lacking = scopes.filter((scope) => !client.scopes.includes(scope));
    if (lacking.length === 0) return;
    throw new NetError(
      'NOT_ALLOWED',
      `The province has not admitted ${id} to ${lacking.join(', ')}; it has ${client.scopes.join(', ') || 'no scope'}.`,
    );
  }

  /** Refuses an application that would bring nothing, or that waits for a decision already. */
  async #mustBeNews(
    application: ApplicationDocument,
    platform: string,
    session: ClientSession,
  ): Promise<void> {
    const { client, purpose, scopes, until } = application;
    const open = { open: openKey(application, platform) };
    const same = await this.applications.findOne(open, { session });
    if (same) throw asksTheSame(`${platform} has not decided on ${same._id} yet`);
    const live: Filter<GrantDocument> = { client, platform, purpose, status: 'LIVE' };
    const held = await this.grants
      .find({ ...live, scopes: { $all: [...scopes] } }, { session })
      .toArray();
    const now = new Date();
    const enough = held.find(
      (grant) =>
        isLive(grant, now) && (grant.until === null || (until !== null && grant.until >= until)),
    );
    if (enough) throw asksTheSame(`${platform} has granted it: ${enough._id}`);
  }

  async #note(
    action: Action,
    about: { readonly client: string; readonly platform: string; readonly id: string },
    { asker }: Pick<Party, 'asker'>,
    session: ClientSession,
  ): Promise<void> {
    const { client, platform, id } = about;
    const line = { action, client, platform, version: null, detail: id, report: null };
    await this.registry.note({ ...line, ...asker }, session);
  }
}

/** The grant that a decision makes: never more than was asked. */
export function grantFrom(
  application: ApplicationDocument,
  platform: string,
  given: NonNullable<Verdict['grant']>,
  now: Date,
): GrantDocument {
  const { _id, client, purpose } = application;
  const scopes = knownScopes(given.scopes ?? application.scopes);
  const more = scopes.filter((scope) => !application.scopes.includes(scope));
  if (more.length > 0) {
    throw new NetError('BAD_INPUT', `\`scopes\`: ${more.join(', ')} is not asked for by ${_id}.`);
  }
  const until = given.until ?? application.until;
  if (application.until !== null && until !== null && until > application.until) {
    throw new NetError(
      'BAD_INPUT',
      `\`until\` is ${until.toISOString()}, and ${_id} asks until ${application.until.toISOString()}.`,
    );
  }
  mustLieAhead(until, now);
  return {
    _id: new ObjectId().toHexString(),
    client,
    platform,
    scopes,
    purpose,
    until,
    status: 'LIVE',
    grantedAt: now,
    application: _id,
    endedAt: null,
    endReason: null,
  };
}

export function unknownGrant(id: string): NetError {
  return new NetError('NOT_FOUND', `There is no grant "${id.slice(0, 40)}".`);
}

function asksTheSame(
  why = 'another application for it was handed in at the same moment',
): NetError {
  return new NetError('CONFLICT', `The same is asked for already: ${why}.`);
}
