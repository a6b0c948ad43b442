/** `_entities`: records from their owners, platforms, and divisions with their lists, put back by index. */
import { NetError, parseId, typeModule, type NetOwner } from '@onenet/contract';
import type { GraphQLFormattedError } from 'graphql';
import type { JsonObject } from './conform.ts';
import { errorAt } from './failure.ts';
import { Gathering } from './gather.ts';
import type { EntitiesField, EntityFields } from './plan.ts';
import { partOutcome } from './route.ts';
import { caught, type Outcome, type Run } from './run.ts';
import { ownerToAsk } from './scope.ts';
import type { EntityRef } from './owner-ask.ts';
import type { Wave } from './wave.ts';

/** The representations of one call. */
export class Entities {
  readonly #run: Run;
  readonly #field: EntitiesField;
  /** Each different entity once, by type and key. */
  readonly #entities = new Map<string, Entity>();
  /** What stands at each index. */
  readonly #order: (Entity | NetError)[];

  constructor(run: Run, field: EntitiesField) {
    this.#run = run;
    this.#field = field;
    const representations = run.given[field.variable];
    this.#order = Array.isArray(representations)
      ? representations.map((representation: unknown) => this.#entityOf(representation))
      : [];
  }

  prepare(wave: Wave): void {
    for (const entity of this.#entities.values()) entity.prepare(wave);
  }

  /** The list, and the errors with their paths from the operation's root. */
  finish(wave: Wave): Outcome {
    const outcomes = new Map<Entity, Outcome>();
    const errors: GraphQLFormattedError[] = [];
    const { key } = this.#field;
    const value = this.#order.map((entity, index) => {
      if (entity instanceof NetError) {
        errors.push(errorAt([key, index], entity));
        return null;
      }
      let outcome = outcomes.get(entity);
      if (!outcome) outcomes.set(entity, (outcome = entity.finish(wave)));
      for (const error of outcome.errors) {
        errors.push({ ...error, path: [key, index, ...(error.path ?? [])] });
      }
      return outcome.value;
    });
    return { value, errors };
  }

  #entityOf(representation: unknown): Entity | NetError {
    const { typeName, key, fields } = this.#read(representation);
    if (!fields || key === undefined)
      return caught(this.#run, new Error(`${typeName} is no entity of the contract.`));
    const name = `${typeName} ${key}`;
    let entity = this.#entities.get(name);
    if (!entity) this.#entities.set(name, (entity = new Entity(this.#run, fields, key)));
    return entity;
  }

  #read(representation: unknown): {
    readonly typeName: string;
    readonly key: string | undefined;
    readonly fields: EntityFields | null;
  } {
    const given: JsonObject =
      typeof representation === 'object' && representation !== null ? { ...representation } : {};
    const typeName = String(given['__typename']);
    const fields = this.#field.of(typeName);
    const key = fields ? given[fields.keyField] : undefined;
    return { typeName, key: typeof key === 'string' ? key : undefined, fields };
  }
}

/** One record, platform or division. */
class Entity {
  readonly #run: Run;
  readonly #fields: EntityFields;
  readonly #key: string;
  readonly #ref: EntityRef;
  readonly #gatherings: readonly (readonly [key: string, gathering: Gathering])[];
  /** Who is asked for its own fields; undefined when it has none that are wanted. */
  #owner: NetOwner | NetError | undefined;

  constructor(run: Run, fields: EntityFields, key: string) {
    this.#run = run;
    this.#fields = fields;
    this.#key = key;
    this.#ref = { fields, key };
    this.#gatherings = fields.gathers.map((field) => [
      field.selected.key,
      new Gathering(run, field, this.#ref),
    ]);
  }

  prepare(wave: Wave): void {
    for (const [, gathering] of this.#gatherings) gathering.prepare(wave);
    if (this.#fields.plain.size === 0 && this.#fields.keyField === 'code') return;
    this.#owner = this.#ownerOf();
    if (!(this.#owner instanceof NetError)) wave.wantPlain(this.#owner, this.#ref);
  }

  finish(wave: Wave): Outcome {
    const object: JsonObject = {};
    const errors: GraphQLFormattedError[] = [];
    const isRecord = this.#fields.keyField === 'id';
    if (this.#owner) {
      const own = this.#own(wave, this.#owner);
      if (isRecord) return own;
      if (own.value === null) {
        // The platform itself is known without asking: what is missing is each of its own fields.
        const [error] = own.errors;
        for (const key of this.#fields.plain.keys()) {
          object[key] = null;
          if (error) errors.push({ ...error, path: [key] });
        }
      } else {
        Object.assign(object, own.value);
        errors.push(...own.errors);
      }
    }
    for (const [key, gathering] of this.#gatherings) {
      const list = gathering.finish(wave);
      object[key] = list instanceof NetError ? null : list;
      if (list instanceof NetError) errors.push(errorAt([key], list));
    }
    for (const { key, name } of this.#fields.known) {
      object[key] = name === '__typename' ? this.#fields.typeName : this.#key;
    }
    return { value: object, errors };
  }

  #own(wave: Wave, owner: NetOwner | NetError): Outcome {
    if (owner instanceof NetError) return { value: null, errors: [errorAt([], owner)] };
    const part = wave.plain(owner.code, this.#ref);
    return partOutcome(this.#run, owner.code, part, []);
  }

  #ownerOf(): NetOwner | NetError {
    const { typeName, keyField } = this.#fields;
    try {
      const code = keyField === 'id' ? parseId(this.#key).platform : this.#key;
      const module = typeModule(typeName) ?? 'core';
      return ownerToAsk(this.#run.net, code, { module, coordinate: typeName });
    } catch (error) {
      return caught(this.#run, error);
    }
  }
}
