/** `_entities` of additions: each field is asked of the owner that added it, and only for what is that owner's. */
import { NetError, splitId, type NetOwner, type NetSnapshot } from '@onenet/contract';
import type { GraphQLFormattedError } from 'graphql';
import { isJsonObject, type JsonObject } from '../owners/conform.ts';
import { errorAt } from '../owners/failure.ts';
import type { EntityMaker, EntityPart } from '../owners/entity-list.ts';
import type { EntityFields } from '../owners/plan.ts';
import { partOutcome } from '../owners/route.ts';
import type { Outcome, Run } from '../owners/run.ts';
import { concerns } from '../owners/scope.ts';
import type { Wave } from '../owners/wave.ts';
import { addedBy, additionOwner } from './added-by.ts';

/** Of the additions' entities. */
export const addedEntity: EntityMaker = (run, fields, key) => new AddedEntity(run, fields, key);

/** What one owner is asked of an entity. */
interface Share {
  /** Of the entity's fields, those that the owner added. */
  readonly fields: EntityFields;
  /** Who added them; undefined when the net has nobody who did. */
  readonly adder: NetOwner | undefined;
  /** As the directory says who added it. */
  readonly coordinateOf: (fieldName: string) => string;
}

/** A share, and who is asked for it, or why nobody is. */
interface Asked {
  readonly fields: EntityFields;
  readonly owner: NetOwner | NetError;
}

/** A record, a platform or a division with what owners add to it; or what an owner itself defines. */
class AddedEntity implements EntityPart {
  readonly #run: Run;
  readonly #fields: EntityFields;
  readonly #key: string;
  readonly #shares: readonly Asked[];
  /** Whether all of it is one owner's, and not a record of the contract. */
  readonly #isOwn: boolean;
  /** An id that its owner cannot have given. */
  readonly #isNobodys: boolean;

  constructor(run: Run, fields: EntityFields, key: string) {
    this.#run = run;
    this.#fields = fields;
    this.#key = key;
    const shares = sharesOf(fields, run.context.net);
    this.#shares = shares
      .filter(({ adder }) => !adder || isOfOwner(fields.typeName, key, adder))
      .map((share) => ({ fields: share.fields, owner: ownerOf(run, share) }));
    this.#isOwn = addedBy(run.context.net, fields.typeName) !== undefined;
    this.#isNobodys = this.#isOwn && this.#shares.length < shares.length;
  }

  prepare(wave: Wave): void {
    for (const { owner, fields } of this.#shares) {
      if (!(owner instanceof NetError)) wave.wantPlain(owner, { fields, key: this.#key });
    }
  }

  finish(wave: Wave): Outcome {
    const { plain, typeName, keyField } = this.#fields;
    if (this.#isNobodys) return { value: null, errors: [errorAt([], new NetError('NOT_FOUND'))] };
    const object: JsonObject = {};
    for (const { key, name } of [...plain.values(), ...this.#fields.known]) {
      object[key] = name === '__typename' ? typeName : name === keyField ? this.#key : null;
    }
    const errors: GraphQLFormattedError[] = [];
    for (const share of this.#shares) {
      const { value, errors: own } = this.#part(wave, share);
      const [first = ''] = share.fields.plain.keys();
      if (isJsonObject(value)) {
        for (const key of share.fields.plain.keys()) object[key] = value[key];
        errors.push(...own);
      } else if (this.#isOwn) return { value: null, errors: own };
      // The record itself is there: what is missing is what this owner adds to it.
      else errors.push(...own.map((error) => ({ ...error, path: [first] })));
    }
    return { value: object, errors };
  }

  #part(wave: Wave, { owner, fields }: Asked): Outcome {
    if (owner instanceof NetError) return { value: null, errors: [errorAt([], owner)] };
    const part = wave.plain(owner.code, { fields, key: this.#key });
    return partOutcome(this.#run, owner.code, part, []);
  }
}

const kept = new WeakMap<EntityFields, { net: NetSnapshot; shares: readonly Share[] }>();

/** Parts a selection by owner, once for each net. */
function sharesOf(fields: EntityFields, net: NetSnapshot): readonly Share[] {
  const known = kept.get(fields);
  if (known?.net === net) return known.shares;
  const { typeName, keyField, plain } = fields;
  const ownType = addedBy(net, typeName);
  const own = [...plain].filter(([, { name }]) => name !== '__typename' && name !== keyField);
  const coordinateOf = (name: string): string => (ownType ? typeName : `${typeName}.${name}`);
  const byAdder = Map.groupBy(own, ([, { name }]) => addedBy(net, coordinateOf(name)));
  const shares = [...byAdder].map(([adder, selection]): Share => ({
    fields: { ...fields, plain: new Map(selection), gathers: [], known: [] },
    adder,
    coordinateOf,
  }));
  kept.set(fields, { net, shares });
  return shares;
}

/** Nobody is asked for a share of which the caller may have nothing. */
function ownerOf(run: Run, { fields, adder, coordinateOf }: Share): NetOwner | NetError {
  const names = [...fields.plain.values()].map(({ name }) => name);
  const fieldOf = (name: string): string => `${fields.typeName}.${name}`;
  const given = names.find((name) => !adder || !run.offers.refuses(adder, fieldOf(name)));
  const name = given ?? names[0] ?? '';
  try {
    return additionOwner(run, coordinateOf(name), fieldOf(name));
  } catch (error) {
    if (error instanceof NetError) return error;
    throw error;
  }
}

/** Whether an entity is one that the owner can know: its own record, itself, or a place in its scope. */
function isOfOwner(typeName: string, key: string, owner: NetOwner): boolean {
  if (typeName === 'Platform') return key === owner.code;
  if (typeName === 'Division') return concerns(owner, key);
  return splitId(key)?.platform === owner.code;
}
