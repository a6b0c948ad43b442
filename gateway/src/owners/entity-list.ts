/** `_entities`, whatever answers it: each different entity once, and put back by index. */
import { NetError } from '@onenet/contract';
import type { GraphQLFormattedError } from 'graphql';
import { isJsonObject } from './conform.ts';
import { errorAt } from './failure.ts';
import type { EntitiesField, EntityFields } from './plan.ts';
import { caught, type Outcome, type Run } from './run.ts';
import type { Wave } from './wave.ts';

/** One entity: asked in a wave, and read after it. */
export interface EntityPart {
  prepare(wave: Wave): void;
  /** Its value, and the errors with their paths from it. */
  finish(wave: Wave): Outcome;
}

export type EntityMaker = (run: Run, fields: EntityFields, key: string) => EntityPart;

/** The representations of one call. */
export class EntityList implements EntityPart {
  readonly #run: Run;
  readonly #field: EntitiesField;
  readonly #make: EntityMaker;
  /** Each different entity once, by type and key. */
  readonly #entities = new Map<string, EntityPart>();
  /** What stands at each index. */
  readonly #order: readonly (EntityPart | NetError)[];

  constructor(run: Run, field: EntitiesField, make: EntityMaker) {
    this.#run = run;
    this.#field = field;
    this.#make = make;
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
    const outcomes = new Map<EntityPart, Outcome>();
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

  #entityOf(representation: unknown): EntityPart | NetError {
    const given = isJsonObject(representation) ? representation : {};
    const typeName = String(given['__typename']);
    const fields = this.#field.of(typeName);
    const key = fields ? given[fields.keyField] : undefined;
    if (!fields || typeof key !== 'string') {
      return caught(this.#run, new Error(`${typeName} is no entity that is asked for here.`));
    }
    const name = `${typeName} ${key}`;
    let entity = this.#entities.get(name);
    if (!entity) this.#entities.set(name, (entity = this.#make(this.#run, fields, key)));
    return entity;
  }
}
