/** What the authorization server keeps besides the clients, which are the registry's: people, sessions, and what was used up. */
import type { Collection, Db } from 'mongodb';
import type { Store } from '../registry/store.ts';
import type { PersonDocument } from './people/person.ts';
import type { SessionDocument } from './people/sessions.ts';

/** A client assertion that was taken. */
export interface TokenIdDocument {
  /** SHA-256 of client and `jti`. */
  readonly _id: string;
  /** MongoDB removes it some time after; until then the assertion itself has expired. */
  readonly expiresAt: Date;
}

/** Failures of one kind, of one name or address. */
export interface AttemptsDocument {
  /** SHA-256 of kind and key: names that people mistype may be passwords. */
  readonly _id: string;
  readonly failures: number;
  /** When they are forgotten. */
  readonly expiresAt: Date;
}

export class AccessStore {
  readonly registry: Store;
  readonly people: Collection<PersonDocument>;
  readonly sessions: Collection<SessionDocument>;
  readonly tokenIds: Collection<TokenIdDocument>;
  readonly attempts: Collection<AttemptsDocument>;

  constructor(registry: Store, db: Db) {
    this.registry = registry;
    this.people = db.collection('people');
    this.sessions = db.collection('sessions');
    this.tokenIds = db.collection('tokenIds');
    this.attempts = db.collection('attempts');
  }

  async prepare(): Promise<void> {
    await this.people.createIndex({ name: 1 }, { unique: true });
    await this.people.createIndex(
      { 'oidc.issuer': 1, 'oidc.subject': 1 },
      { unique: true, partialFilterExpression: { oidc: { $type: 'object' } } },
    );
    await this.sessions.createIndex({ person: 1 });
    for (const collection of [this.sessions, this.tokenIds, this.attempts]) {
      await collection.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
    }
  }
}
