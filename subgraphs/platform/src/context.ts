/** What every resolver is given: the platform that answers, who asks, and loaders that live as long as the request. */
import type { OwnerGrants } from '@onenet/assertion';
import type { Actor, Caller } from '@onenet/contract';
import type { Feed } from '@onenet/feed';
import type { PlatformDefinition } from '@onenet/platforms';
import type { Db, MongoClient } from 'mongodb';
import type { Loaders } from './loaders.ts';
import type { DepartmentUrls } from './modules/matching/departments.ts';

/** A platform as this process hosts it. */
export interface Platform {
  readonly definition: PlatformDefinition;
  readonly client: MongoClient;
  /** The platform's own database: nothing of another platform is in it. */
  readonly db: Db;
  /** Numbers what commands commit. */
  readonly feed: Pick<Feed, 'wake' | 'totals'>;
  /** Where departments are asked; an option of the process. */
  readonly departmentUrls?: DepartmentUrls;
  /** What it has granted to third parties, if it follows that. */
  readonly grants?: OwnerGrants;
}

/** A GraphQL request's context. */
export interface PlatformContext {
  readonly platform: Platform;
  readonly caller: Caller;
  /** Who performs a mutation, if a credential (until then: loopback) asserts one. */
  readonly actor: Actor | undefined;
  /** One moment for the whole request, so that its lists agree on what is overdue. */
  readonly now: Date;
  readonly loaders: Loaders;
}
