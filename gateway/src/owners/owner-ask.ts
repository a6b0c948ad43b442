/** What a wave wants of one owner, and what came of it. */
import type { NetOwner } from '@onenet/contract';
import { failed, type Failure } from './failure.ts';
import type { GatherField } from './gather-ask.ts';
import type { EntityPart, OwnerParts } from './owner-answer.ts';
import type { WantedGroup } from './owner-operation.ts';
import type { EntityFields, RouteField } from './plan.ts';

/** An entity: what is selected on its type, and its key. */
export interface EntityRef {
  readonly fields: EntityFields;
  readonly key: string;
}

/** A page wanted of an owner: its size, and the owner's own cursor. */
export interface OwnPage {
  readonly size: number;
  readonly backward: boolean;
  readonly cursor: string | undefined;
  /** Schema coordinate of the order in which the list runs. */
  readonly order: string;
}

/** Entities of which the same is wanted, with their keys. */
export interface Group extends WantedGroup {
  readonly keys: string[];
}

/** One owner's share of the wave. */
export class OwnerAsk {
  readonly owner: NetOwner;
  readonly gathers: GatherField[] = [];
  readonly routes: RouteField[] = [];
  readonly entities = new Map<
    string,
    EntityRef & { plain: boolean; readonly gathers: Set<GatherField> }
  >();
  /** The owner's own cursors, and a backward page's size, by variable. */
  readonly cursors: Record<string, string | number> = {};
  readonly pageSizes = new Map<number, number>();
  parts: OwnerParts | undefined;
  readonly entityParts = new Map<string, EntityPart>();
  failure: Failure = failed('TIMEOUT', 'never sent', false);

  constructor(owner: NetOwner) {
    this.owner = owner;
  }

  entity({ fields, key }: EntityRef): { plain: boolean; readonly gathers: Set<GatherField> } {
    const name = nameOf(fields, key);
    let entity = this.entities.get(name);
    if (!entity) {
      this.entities.set(name, (entity = { fields, key, plain: false, gathers: new Set() }));
    }
    return entity;
  }

  groups(): Group[] {
    const groups = new Map<string, Group>();
    for (const { fields, key, plain, gathers } of this.entities.values()) {
      const lists = [...gathers].toSorted((a, b) => a.index - b.index);
      const name = `${fields.typeName} ${plain} ${lists.map((field) => field.index).join(' ')}`;
      const group = groups.get(name);
      if (group) group.keys.push(key);
      else groups.set(name, { fields, plain, gathers: lists, keys: [key] });
    }
    return [...groups.values()];
  }
}

/** An entity's name within an owner's share. */
export function nameOf({ typeName }: EntityFields, key: string): string {
  return `${typeName} ${key}`;
}
