/** What a module of the contract is here: one folder that exports one of these, and one line in modules/modules.ts. */
import type { ContractVersion, ModuleName } from '@onenet/contract';
import type { PlatformDefinition, ReferenceRecord } from '@onenet/platforms';
import type { IndexDescription } from 'mongodb';
import type { Builder } from './builder.ts';
import type { Platform } from './context.ts';
import type { EraseMore, ErasurePlan } from './erase/plan.ts';
import type { Write } from './load.ts';

/** One of the contract's modules, as the reference platform offers it. */
export interface PlatformModule {
  readonly name: ModuleName;
  /** What it stores. */
  readonly collections: readonly CollectionPlan[];
  /** Adds its types, lists and mutations. */
  addSchema(schema: PlatformSchema): void;
  /** The documents of a reference record, and its events; nothing for the records of other modules. */
  readonly writes?: (record: ReferenceRecord, definition: PlatformDefinition) => Iterable<Write>;
  /** Forgets what it has of somebody who is erased, beside what its collections' plans say. */
  readonly eraseMore?: EraseMore;
  /** What time alone brings about, such as deadlines: called every so often, by several processes at once. */
  readonly sweep?: (platform: Platform, now: Date) => Promise<void>;
}

export interface CollectionPlan {
  readonly name: string;
  readonly indexes: readonly IndexDescription[];
  /** The facets of one of its documents, where lists rely on more of them than they once did. */
  readonly facets?: (document: never) => readonly string[];
  /** What of its records is a person's; absent: nothing. */
  readonly erasure?: ErasurePlan;
}

/** A schema that is being built: that of a set of modules, at a version of the contract. */
export interface PlatformSchema {
  readonly builder: Builder;
  readonly version: ContractVersion;
  offers(module: ModuleName): boolean;
}

/**
 * A part of a schema that is added once, however often it is asked for: so a module takes what it
 * needs of another one from that one's own function, in any order.
 */
export function schemaPart<Part>(
  add: (schema: PlatformSchema) => Part,
): (schema: PlatformSchema) => Part {
  const added = new WeakMap<PlatformSchema, { readonly part: Part }>();
  return (schema) => {
    const known = added.get(schema) ?? { part: add(schema) };
    added.set(schema, known);
    return known.part;
  };
}
