/** Generated operations over the contract: filters, orders, paging, aliases, fragments, variables and directives at every level. Long, because all draws share names, variables and fragments. */
import { fieldModule, typeModule } from '@onenet/contract';
import { divisionPath } from '@onenet/platforms';
import {
  astFromValue,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  print,
} from 'graphql';
import type {
  GraphQLArgument,
  GraphQLField,
  GraphQLInputField,
  GraphQLInterfaceType,
  GraphQLObjectType,
  GraphQLSchema,
} from 'graphql';
import type { ReferenceRecord } from '@onenet/platforms';
import { owners } from './dataset.ts';
import type { Random } from './random.ts';

export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Of an operation whose root list is walked: `$cursor` takes each page's cursor, and the list stands under `walked`. */
  readonly walk: 'forward' | 'backward' | undefined;
  /** Whether the merged server can answer it: it is one platform, so it cannot tell platforms apart. */
  readonly comparable: boolean;
}

type Composite = GraphQLObjectType | GraphQLInterfaceType;

/** Not compared: cursors are each side's own, the net's fields and analytics have tests of their own, personal fields are refused. */
const left = new Set([
  'cursor',
  'startCursor',
  'endCursor',
  'completeness',
  'knownCount',
  'eventTotals',
  'metrics',
  'feed',
  'name:Member',
  'phone',
  'applicantName',
  'applicantPhone',
  'description',
  'text:RequestFeedbackStep',
  'maskedPhone',
  'maskedApplicantPhone',
  'mediaChannels',
  'id:Comment',
  'registeredAt',
  'serves',
  'modules',
  'publishedFigures',
  'platformsInScope',
  'connection',
  'demoNotice',
  'contractVersion',
  'currentVersion',
  'versions',
  'maintenance',
  'children',
  'tableYear',
  'latitude:Platform',
  'longitude:Platform',
  'kind:Platform',
  'sealingKey',
  'joinCodes',
  'joinCodeId',
  'joinCode:Member',
  'checks',
  'family',
  'employerSize',
  'maskedIdentityNumber',
  'identityNumber',
]);
/** Those of which the data set has records; the others are compared by tests of their own. */
const modules = new Set(['core', 'organizations', 'requests', 'members', 'content']);

const listRoots = ['organizations', 'stations', 'serviceRequests', 'members', 'articles'];
const singleRoots = ['organization', 'station', 'serviceRequest', 'member', 'article'];

/** Makes operations, each from the generator's next draws. */
export class Operations {
  readonly #schema: GraphQLSchema;
  readonly #random: Random;
  readonly #records: readonly ReferenceRecord[];
  #names = 0;
  #variables = new Map<string, { type: string; value: unknown }>();
  #fragments: string[] = [];
  #comparable = true;
  /** Whether the operation may use what the merged server cannot answer. */
  #tellsPlatformsApart = false;

  constructor(schema: GraphQLSchema, random: Random, records: readonly ReferenceRecord[]) {
    this.#schema = schema;
    this.#random = random;
    this.#records = records;
  }

  /** One or several roots of any kind. */
  mixed(): Operation {
    this.#reset();
    const roots = Array.from({ length: this.#random.int(1, 3) }, () => this.#root());
    return this.#finish(roots.join('\n'), undefined);
  }

  /** One root list, to be walked to its end. */
  walk(direction: 'forward' | 'backward'): Operation {
    this.#reset();
    const field = this.#rootField(this.#random.pick(listRoots));
    const paging =
      direction === 'forward' ? 'first: $size, after: $cursor' : 'last: $size, before: $cursor';
    this.#variables.set('size', { type: 'Int', value: this.#random.int(7, 40) });
    this.#variables.set('cursor', { type: 'String', value: null });
    const args = [paging, ...this.#listArguments(field)].join(', ');
    const connection = this.#selection(composite(field), 3);
    const page = 'page: pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
    return this.#finish(`walked: ${field.name}(${args}) { ${page} ${connection} }`, direction);
  }

  #reset(): void {
    this.#names = 0;
    this.#variables = new Map();
    this.#fragments = [];
    this.#comparable = true;
    this.#tellsPlatformsApart = this.#random.chance(0.3);
  }

  #finish(body: string, walk: Operation['walk']): Operation {
    const declared = [...this.#variables].map(([name, { type }]) => `$${name}: ${type}`).join(', ');
    const head = declared ? `query Generated(${declared})` : 'query Generated';
    return {
      query: [`${head} {\n${body}\n}`, ...this.#fragments].join('\n'),
      variables: Object.fromEntries([...this.#variables].map(([name, { value }]) => [name, value])),
      walk,
      comparable: this.#comparable,
    };
  }

  #root(): string {
    const random = this.#random;
    const draw = random.next();
    if (draw < 0.5) return this.#field(this.#rootField(random.pick(listRoots)), 4);
    if (draw < 0.65) return this.#withId(random.pick(singleRoots));
    if (draw < 0.85 || !this.#tellsPlatformsApart) {
      return this.#withCode('division', this.#place());
    }
    return this.#withCode('platform', random.pick(owners));
  }

  #withId(name: string): string {
    const field = this.#rootField(name);
    const id = this.#recordOf(composite(field).name);
    return `${this.#alias(name)}: ${name}(id: ${this.#value('ID!', JSON.stringify(id), id)}) { ${this.#selection(composite(field), 4)} }`;
  }

  #withCode(name: string, code: string): string {
    if (name === 'platform') this.#comparable = false;
    const type = composite(this.#rootField(name));
    const list = this.#random.pick(listRoots);
    const field = type.getFields()[list];
    if (!field) throw new Error(`${type.name} has no ${list}.`);
    return `${this.#alias(name)}: ${name}(code: ${this.#value('ID!', JSON.stringify(code), code)}) { code ${this.#field(field, 3)} ${this.#selection(type, 2)} }`;
  }

  /** Some of a type's fields, as they are, under aliases, in fragments, with directives. */
  #selection(type: Composite, depth: number): string {
    const random = this.#random;
    if (isInterfaceType(type)) return this.#abstractSelection(type, depth);
    const fields = this.#fieldsOf(type, depth);
    const chosen = random.some(fields, 5);
    if (type.name === 'Platform' && chosen.some(isPaged)) this.#comparable = false;
    const parts = chosen.map((field) => this.#wrap(type.name, this.#field(field, depth - 1)));
    // Structure that must not be left to chance: a list without its rows compares nothing.
    if (type.name.endsWith('Connection')) parts.push(this.#edges(type, depth));
    if (random.chance(0.2)) parts.push('__typename');
    return parts.join(' ');
  }

  #edges(type: GraphQLObjectType, depth: number): string {
    const edges = type.getFields()['edges'];
    const node = edges && composite(edges);
    const nodeField = node && isObjectType(node) ? node.getFields()['node'] : undefined;
    if (!nodeField) throw new Error(`${type.name} is not a connection.`);
    const ids = composite(nodeField).name === 'Comment' ? 'at' : 'id';
    const inner = `node { ${ids} ${this.#selection(composite(nodeField), depth - 1)} }`;
    return this.#wrap(
      type.name,
      `${this.#random.chance(0.3) ? `${this.#alias('edges')}: ` : ''}edges { ${inner} }`,
    );
  }

  #abstractSelection(type: GraphQLInterfaceType, depth: number): string {
    const concrete = this.#schema.getPossibleTypes(type);
    const parts = concrete
      .filter(() => this.#random.chance(0.7))
      .map((each) => `... on ${each.name} { ${this.#selection(each, depth)} }`);
    return ['__typename', 'at', ...parts].join(' ');
  }

  #fieldsOf(type: GraphQLObjectType, depth: number): GraphQLField<unknown, unknown>[] {
    return Object.values(type.getFields()).filter(
      (field) =>
        !left.has(field.name) &&
        !isAddition(field) &&
        modules.has(fieldModule(type.name, field.name)) &&
        modules.has(typeModule(getNamedType(field.type).name) ?? 'core') &&
        (this.#tellsPlatformsApart || type.name !== 'Platform' || !isPaged(field)) &&
        !left.has(`${field.name}:${type.name}`) &&
        (depth > 0 || isLeafType(getNamedType(field.type))) &&
        !(type.name.endsWith('Connection') && field.name === 'edges'),
    );
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const named = getNamedType(field.type);
    const isList = isPaged(field);
    const args = isList ? [this.#paging(), ...this.#listArguments(field)] : this.#newest(field);
    // The same name with other arguments would clash where selections meet: such a field has a name of its own.
    const alias =
      args.length > 0 || this.#random.chance(0.25) ? `${this.#alias(field.name)}: ` : '';
    const selection = isLeafType(named) ? '' : ` { ${this.#selection(composite(field), depth)} }`;
    return `${alias}${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${this.#directive()}${selection}`;
  }

  #wrap(typeName: string, selection: string): string {
    const draw = this.#random.next();
    if (draw < 0.12) return `... on ${typeName}${this.#directive()} { ${selection} }`;
    if (draw < 0.2) return `... { ${selection} }`;
    if (draw < 0.3) {
      const name = this.#alias('F');
      this.#fragments.push(`fragment ${name} on ${typeName} { ${selection} }`);
      return `...${name}${this.#directive()}`;
    }
    return selection;
  }

  #directive(): string {
    const random = this.#random;
    if (!random.chance(0.08)) return '';
    const on = random.chance(0.75);
    const name = random.pick(['include', 'skip']);
    const value = name === 'include' ? on : !on;
    return ` @${name}(if: ${this.#value('Boolean!', String(value), value)})`;
  }

  #paging(): string {
    const size = this.#random.int(1, 4);
    const name = this.#random.chance(0.7) ? 'first' : 'last';
    return `${name}: ${this.#value('Int', String(size), size)}`;
  }

  #newest(field: GraphQLField<unknown, unknown>): string[] {
    const argument = field.args.find(({ name }) => name === 'newest');
    if (!argument || this.#random.chance(0.5)) return [];
    return [`newest: ${this.#input(argument, this.#random.int(1, 4))}`];
  }

  #listArguments(field: GraphQLField<unknown, unknown>): string[] {
    const random = this.#random;
    const near = field.args.find(({ name }) => name === 'near');
    const isNear = near !== undefined && random.chance(0.5);
    const chosen: [GraphQLArgument, unknown][] = [];
    if (near && isNear)
      chosen.push([near, { latitude: 30.5, longitude: 114.3, withinMetres: random.int(1, 700) }]);
    for (const arg of field.args) {
      if (arg.name === 'filter' && random.chance(0.6)) chosen.push([arg, this.#filter(arg)]);
      if (arg.name === 'orderBy' && random.chance(0.7))
        chosen.push([arg, this.#order(arg, isNear)]);
    }
    return chosen.map(([arg, value]) => `${arg.name}: ${this.#input(arg, value)}`);
  }

  #filter(arg: GraphQLArgument): Record<string, unknown> {
    const type = getNamedType(arg.type);
    if (!isInputObjectType(type)) throw new Error(`${arg.name} is not an input object.`);
    const known = Object.values(type.getFields()).filter(
      ({ name }) => !left.has(name) && (name !== 'platforms' || this.#tellsPlatformsApart),
    );
    const fields = this.#random.some(known, 2);
    return Object.fromEntries(fields.map((field) => [field.name, this.#filterValue(field)]));
  }

  #filterValue(field: GraphQLInputField): unknown {
    const random = this.#random;
    const type = getNamedType(field.type);
    if (field.name === 'platforms') {
      this.#comparable = false;
      return random.some(owners, 3);
    }
    if (field.name === 'place') return this.#place();
    if (field.name === 'organizationId' || field.name === 'parentId')
      return this.#recordOf('Organization');
    if (field.name === 'column') return random.pick(['防汛', '𠮷祥']);
    if (type.name === 'Boolean') return random.chance(0.5);
    if (type.name === 'Int') return random.int(0, 6);
    // Finer than a millisecond, and in another zone: compared as UTC milliseconds.
    if (type.name === 'DateTime')
      return `2016-08-0${random.int(1, 9)}T05:20:00.0${random.int(0, 9)}0${random.int(100, 999)}+08:00`;
    if (isEnumType(type)) return random.some(type.getValues(), 3).map(({ name }) => name);
    return random.pick(['Z', '𠮷', '吴', '～', 'a']);
  }

  #order(arg: GraphQLArgument, isNear: boolean): Record<string, unknown> {
    const type = getNamedType(arg.type);
    const field = isInputObjectType(type)
      ? getNamedType(type.getFields()['field']?.type)
      : undefined;
    if (!isEnumType(field)) throw new Error(`${arg.name} has no order field.`);
    const values = field.getValues().filter(({ name }) => name !== 'DISTANCE' || isNear);
    return { field: this.#random.pick(values).name, direction: this.#random.pick(['ASC', 'DESC']) };
  }

  #input(arg: GraphQLArgument, value: unknown): string {
    const ast = astFromValue(value, arg.type);
    if (!ast) throw new Error(`No literal for ${arg.name}.`);
    return this.#value(String(arg.type), print(ast), value);
  }

  /** A literal, or a variable that holds the same. */
  #value(type: string, literal: string, value: unknown): string {
    if (this.#random.chance(0.5)) return literal;
    const name = this.#alias('v');
    this.#variables.set(name, { type, value });
    return `$${name}`;
  }

  #alias(stem: string): string {
    this.#names += 1;
    return `${stem}_${this.#names}`;
  }

  #place(): string {
    const record = this.#random.pick(this.#records.filter((each) => 'placeCode' in each));
    return this.#random.pick(divisionPath('placeCode' in record ? record.placeCode : '420000'));
  }

  #recordOf(type: string): string {
    return this.#random.pick(this.#records.filter((record) => record.type === type)).id;
  }

  #rootField(name: string): GraphQLField<unknown, unknown> {
    const field = this.#schema.getQueryType()?.getFields()[name];
    if (!field) throw new Error(`The schema has no root field ${name}.`);
    return field;
  }
}

/** What one owner adds has tests of its own; the merged server knows the contract alone. */
function isAddition({ name }: GraphQLField<unknown, unknown>): boolean {
  return /^p[0-9]{6}/.test(name);
}

function composite(field: GraphQLField<unknown, unknown>): Composite {
  const type = getNamedType(field.type);
  if (isObjectType(type) || isInterfaceType(type)) return type;
  throw new Error(`${field.name} has no selection.`);
}

function isPaged(field: GraphQLField<unknown, unknown>): boolean {
  return field.args.some(({ name }) => name === 'first');
}
