/** What platforms of the reference net offer beyond the contract: theirs alone, by code. */
import type { ReferenceRecord } from '@onenet/platforms';
import type { Db } from 'mongodb';
import type { Builder, Ref } from '../builder.ts';
import type { Write } from '../load.ts';
import type { CollectionPlan } from '../module.ts';
import type { MemberDoc } from '../modules/members/store.ts';
import type { OrganizationDoc } from '../modules/organizations/store.ts';
import { cardProgramme } from './420800/addition.ts';

/** The contract's types that an addition may add to. */
export interface AddedTo {
  readonly Organization: Ref<OrganizationDoc>;
  /** Undefined where the module is not offered. */
  readonly Member?: Ref<MemberDoc>;
}

/** One platform's. */
export interface Addition {
  /** Adds its types and fields. */
  addSchema(builder: Builder, types: AddedTo): void;
  /** Makes what it stores. Safe to repeat. */
  prepare(db: Db): Promise<void>;
  /** What of its records is a person's. */
  readonly collections?: readonly Pick<CollectionPlan, 'name' | 'erasure'>[];
  /** What a reference record brings with it. */
  writes(record: ReferenceRecord): Iterable<Write>;
}

export const additions: ReadonlyMap<string, Addition> = new Map([['420800', cardProgramme]]);
