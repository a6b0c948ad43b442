/**
 * From a selection to what an owner is asked, and to the check of what it answers.
 * Fields that the owner does not offer or withholds are not asked for, nor those that the net fills.
 * Long, because what is asked and what is checked must not drift apart.
 */
import { defaultPageSize, fieldModule, isNetField, typeModule } from '@onenet/contract';
import {
  Kind,
  getNamedType,
  isAbstractType,
  isLeafType,
  isNonNullType,
  isObjectType,
  print,
  type ArgumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import {
  exactly,
  leaf,
  ofType,
  leftOut,
  objectOf,
  oneOfTypes,
  ownCode,
  ownId,
  type Answering,
  type Check,
  type Fill,
  type KeyCheck,
} from './conform.ts';
import { OfferedInputs } from './lacking.ts';
import type { Offer, Unoffered } from './offer.ts';
import { projectionOf } from './projection.ts';
import {
  added,
  collect,
  definitionOf,
  keyOf,
  variablesIn,
  type Selected,
  type Selection,
  type Source,
} from './selection.ts';

/** Reserved aliases: a client's document may not use any that begins so. */
export const reserved = 'onenet_';
const typeKey = `${reserved}type`;
const totalKey = `${reserved}total`;

/** What is asked, as text, and the check of the answer. */
export interface Asked {
  readonly text: string;
  readonly check: Check;
}

/** Fields asked of one object. */
export interface AskedFields {
  readonly text: string;
  readonly keys: readonly KeyCheck[];
  readonly fill: Fill | undefined;
}

/** One field on the way to another. */
export interface Step {
  /** In the answer. */
  readonly key: string;
  /** In the schema. */
  readonly coordinate: string;
}

/** A field that was left out: its path, without indexes, and why. */
export interface Pruned {
  readonly path: readonly string[];
  /** What stands under each key of the path. */
  readonly coordinates: readonly string[];
  readonly code: Unoffered;
}

/** How a selection differs from what the client wrote. */
export interface Change {
  readonly add?: readonly Selected[];
  /** Changes to what stands under these keys. */
  readonly under?: Readonly<Record<string, Change>>;
  /** Greatest length of the `edges` of a connection. */
  readonly pageSize?: (by: Answering) => number;
}

/** Asks one kind of owner: those that offer the same. Notes what it used on the way. */
export class Asker {
  readonly source: Source;
  readonly #offer: Offer;
  /** What of the arguments these owners lack. */
  readonly inputs: OfferedInputs;
  /** Variables that the text uses. */
  readonly variables = new Set<string>();
  readonly pruned: Pruned[] = [];
  /** Coordinates of what is asked of those who withhold something. */
  readonly fieldsAsked = new Set<string>();

  constructor(
    {
      source,
      definition,
    }: { readonly source: Source; readonly definition: OperationDefinitionNode },
    offer: Offer,
  ) {
    this.source = source;
    this.#offer = offer;
    this.inputs = new OfferedInputs(offer.noInput, definition);
  }

  /** Whether these owners have a field of the contract, and give it. */
  offers(typeName: string, fieldName: string): boolean {
    return this.#whyNot(typeName, fieldName) === undefined;
  }

  #whyNot(typeName: string, fieldName: string): Unoffered | undefined {
    const { modules, lacks, withheld } = this.#offer;
    const coordinate = `${typeName}.${fieldName}`;
    if (!modules.has(fieldModule(typeName, fieldName))) return 'NOT_OFFERED';
    if (withheld.fields.has(coordinate)) return 'REFUSED';
    if (lacks.size === 0) return undefined;
    const { type } = definitionOf(this.source.schema, typeName, fieldName);
    const isLacking = lacks.has(coordinate) || lacks.has(getNamedType(type).name);
    return isLacking ? 'NOT_OFFERED' : undefined;
  }

  /** One field with its arguments and all below it. */
  field(typeName: string, selected: Selected, path: readonly Step[] = [], change?: Change): Asked {
    const { type } = definitionOf(this.source.schema, typeName, selected.name);
    const head = this.head(typeName, selected, selected.node.arguments ?? []);
    const named = getNamedType(type);
    if (isLeafType(named)) {
      return {
        text: head,
        check: ofType(type, this.#leaf(typeName, selected.name, leaf(named, this.#offer.lacks))),
      };
    }
    const pageSize = change?.pageSize ?? pageSizeOf(selected.node);
    const inner = this.#composite(named.name, selected, [...path, stepOf(typeName, selected)], {
      ...change,
      pageSize,
    });
    const max =
      selected.name === 'edges' && isNetField(typeName, 'completeness', this.source.schema)
        ? change?.pageSize
        : undefined;
    return { text: head + inner.text, check: ofType(type, inner.check, max) };
  }

  /** The fields of one object type, without braces. */
  fields(
    typeName: string,
    selection: Selection,
    path: readonly Step[] = [],
    change: Change = {},
  ): AskedFields {
    const wanted = new Map(selection);
    for (const field of change.add ?? []) wanted.set(field.key, field);
    const texts: string[] = [];
    const keys: KeyCheck[] = [];
    const fills: Fill[] = [];
    const ask = (key: string, asked: Asked): void => {
      texts.push(asked.text);
      keys.push({ key, check: asked.check });
    };
    for (const selected of wanted.values()) {
      const { key, name } = selected;
      if (name === '__typename') {
        ask(key, { text: this.head(typeName, selected, []), check: exactly(typeName) });
        continue;
      }
      if (isNetField(typeName, name, this.source.schema)) {
        fills.push(this.#fill(typeName, selected));
        continue;
      }
      const code = this.#whyNot(typeName, name);
      if (code === undefined) {
        const below = change.under?.[key];
        const paged = name === 'edges' && change.pageSize ? { pageSize: change.pageSize } : {};
        ask(key, this.field(typeName, selected, path, { ...below, ...paged }));
      } else {
        this.#prune(typeName, name, [...path, stepOf(typeName, selected)], code);
        fills.push((object) => {
          object[key] = null;
        });
      }
    }
    const counts = [...wanted.values()].some((field) => this.#isKnownCount(typeName, field));
    if (counts && !wanted.has(totalKey) && this.offers(typeName, 'totalCount')) {
      const total = this.field(typeName, added(totalKey, 'totalCount'), path);
      ask(totalKey, total);
    }
    if (texts.length === 0) {
      ask(typeKey, { text: `${typeKey}: __typename`, check: exactly(typeName) });
    }
    const fill: Fill | undefined =
      fills.length === 0
        ? undefined
        : (object, by) => {
            for (const each of fills) each(object, by);
          };
    return { text: texts.join(' '), keys, fill };
  }

  /** A field's alias, name and arguments. */
  head(typeName: string, { key, name }: Selected, given: readonly ArgumentNode[]): string {
    const alias = key === name ? name : `${key}: ${name}`;
    if (name === '__typename') return alias;
    if (this.#offer.withheld.fields.size > 0) this.fieldsAsked.add(`${typeName}.${name}`);
    const definition = definitionOf(this.source.schema, typeName, name);
    const args = this.inputs.arguments(typeName, definition, given);
    if (args.length === 0) return alias;
    for (const { value } of args) {
      for (const variable of variablesIn(value)) this.variables.add(variable);
    }
    return `${alias}(${args.map((argument) => print(argument)).join(', ')})`;
  }

  /** Notes a field that is left out; one that may not be null leaves nothing that could be asked. */
  #prune(typeName: string, name: string, path: readonly Step[], code: Unoffered): void {
    this.pruned.push({
      path: path.map(({ key }) => key),
      coordinates: path.map(({ coordinate }) => coordinate),
      code,
    });
    const { type } = definitionOf(this.source.schema, typeName, name);
    if (isNonNullType(type)) this.inputs.used ??= `${typeName}.${name}`;
  }

  #composite(typeName: string, selected: Selected, path: readonly Step[], change: Change): Asked {
    const { schema } = this.source;
    const type = schema.getType(typeName);
    if (isObjectType(type)) {
      const selection = collect(this.source, typeName, selected.sets);
      const { text, keys, fill } = this.fields(typeName, selection, path, change);
      return { text: ` { ${text} }`, check: objectOf(keys, fill) };
    }
    if (!isAbstractType(type)) throw new Error(`${typeName} has no fields.`);
    const { modules, lacks } = this.#offer;
    const checks = new Map<string, Check>();
    const texts = [`${typeKey}: __typename`];
    for (const possible of schema.getPossibleTypes(type)) {
      if (!modules.has(typeModule(possible.name) ?? 'core') || lacks.has(possible.name)) continue;
      if (this.#withholdsAll(possible)) {
        checks.set(possible.name, leftOut);
        continue;
      }
      const selection = collect(this.source, possible.name, selected.sets);
      const asked = this.fields(possible.name, selection, path, change);
      const keys = asked.keys.filter((key) => key.key !== typeKey);
      if (keys.length > 0) texts.push(`... on ${possible.name} { ${asked.text} }`);
      checks.set(
        possible.name,
        objectOf([...keys, { key: typeKey, check: exactly(possible.name) }], asked.fill),
      );
    }
    return { text: ` { ${texts.join(' ')} }`, check: oneOfTypes(typeKey, checks) };
  }

  /** Whether of a type nothing is given: an owner's list of several kinds is read without that kind. */
  #withholdsAll(type: GraphQLObjectType): boolean {
    const { fields } = this.#offer.withheld;
    if (fields.size === 0) return false;
    return Object.keys(type.getFields()).every((name) => fields.has(`${type.name}.${name}`));
  }

  /** In-owner connections are answered by that one owner, and so are complete. */
  #fill(typeName: string, { key, name, sets }: Selected): Fill {
    if (name === 'knownCount') {
      return (object) => {
        object[key] = object[totalKey] ?? null;
      };
    }
    if (name !== 'completeness') throw new Error(`The net does not fill ${typeName}.${name}.`);
    const project = projectionOf(this.source, 'Completeness', sets);
    return (object, { asOf }) => {
      object[key] = project({ ...wholeAnswer, asOf });
    };
  }

  #isKnownCount(typeName: string, { name }: Selected): boolean {
    return name === 'knownCount' && isNetField(typeName, name, this.source.schema);
  }

  #leaf(typeName: string, name: string, check: Check): Check {
    const type = this.source.schema.getType(typeName);
    const isRecord =
      isObjectType(type) && type.getInterfaces().some((known) => known.name === 'Record');
    if (isRecord && name === 'id') return ownId;
    if (isRecord && name === 'platformCode') return ownCode;
    return check;
  }
}

const wholeAnswer = { asked: 1, answered: 1, notAsked: [], missing: [], resume: null };

/** Adds `name` under a reserved key, unless the client selected it: then its key serves. */
export function need(
  selection: Selection,
  name: string,
): { readonly key: string; readonly add: readonly Selected[] } {
  const known = keyOf(selection, name);
  if (known !== undefined) return { key: known, add: [] };
  const key = reserved + name;
  return { key, add: [added(key, name)] };
}

/** How many rows an owner's own connection may hold, by its arguments. */
function pageSizeOf(node: FieldNode): (by: Answering) => number {
  const sizes = (node.arguments ?? [])
    .filter(({ name }) => name.value === 'first' || name.value === 'last')
    .map(({ value }) => value);
  return ({ variables }) => {
    for (const value of sizes) {
      if (value.kind === Kind.INT) return Number(value.value);
      const given = value.kind === Kind.VARIABLE ? variables[value.name.value] : undefined;
      if (typeof given === 'number') return given;
    }
    return defaultPageSize;
  };
}

export function stepOf(typeName: string, { key, name }: Pick<Selected, 'key' | 'name'>): Step {
  return { key, coordinate: `${typeName}.${name}` };
}
