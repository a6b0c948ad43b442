/** Entities of the contract: records from their owners, platforms, and divisions with their lists. */
import { NetError, parseId, typeModule, type NetOwner } from '@onenet/contract';
import type { GraphQLFormattedError } from 'graphql';
import type { JsonObject } from './conform.ts';
import { errorAt } from './failure.ts';
import { Gathering } from './gather.ts';
import type { EntityMaker, EntityPart } from './entity-list.ts';
import type { EntityFields } from './plan.ts';
import { partOutcome } from './route.ts';
import { caught, type Outcome, type Run } from './run.ts';
import { ownerToAsk } from './scope.ts';
import type { EntityRef } from './owner-ask.ts';
import type { Wave } from './wave.ts';

/** Of the contract's entities. */
export const contractEntity: EntityMaker = (run, fields, key) => new Entity(run, fields, key);

/** One record, platform or division. */
class Entity implements EntityPart {
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
      const wanted = { module, coordinate: typeName, field: `${typeName}.${keyField}` };
      return ownerToAsk(this.#run.net, code, wanted, this.#run.offers);
    } catch (error) {
      return caught(this.#run, error);
    }
  }
}
