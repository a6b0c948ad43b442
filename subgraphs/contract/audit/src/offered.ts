/** What a server offers of the contract, by its own SDL: from this every check is derived. */
import {
  contractModules,
  contractSchema,
  fieldModule,
  gatherOf,
  orderOf,
  type Direction,
  type GatherRule,
  type ModuleName,
  type OrderRule,
} from '@onenet/contract';
import {
  Kind,
  buildASTSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  parse,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** One order of a list, one way. */
export interface OfferedOrder {
  readonly name: string;
  readonly direction: Direction;
  readonly rule: OrderRule;
}

/** A gathered root list. */
export interface OfferedList {
  readonly name: string;
  readonly gather: GatherRule;
  readonly node: GraphQLObjectType;
  readonly orderType: string;
  readonly orders: readonly OfferedOrder[];
  readonly filter: GraphQLInputObjectType | undefined;
  readonly filterFields: readonly GraphQLInputField[];
}

/** The contract as far as one SDL has it. */
export class Offered {
  readonly contract: GraphQLSchema = contractSchema();
  readonly schema: GraphQLSchema;
  /** The optional modules whose fields stand in the SDL, and the others. */
  readonly modules: readonly ModuleName[];
  readonly lists: readonly OfferedList[];

  constructor(sdl: string) {
    this.schema = readSdl(sdl);
    this.modules = contractModules
      .filter(({ name, optional }) => !optional || this.#rootsOf(name).length > 0)
      .map(({ name }) => name);
    this.lists = this.fields('Query').flatMap((field) => this.#list(field));
  }

  /** The contract's fields of a type that the SDL has too. */
  fields(typeName: string): readonly GraphQLField<unknown, unknown>[] {
    const offered = this.schema.getType(typeName);
    const type = this.contract.getType(typeName);
    if (!isComposite(type) || !isComposite(offered)) return [];
    const names = offered.getFields();
    return Object.values(type.getFields()).filter(({ name }) => Object.hasOwn(names, name));
  }

  /** Of an input type likewise. */
  inputFields(typeName: string): readonly GraphQLInputField[] {
    const offered = this.schema.getType(typeName);
    const type = this.contract.getType(typeName);
    if (!isInputObjectType(type) || !isInputObjectType(offered)) return [];
    const names = offered.getFields();
    return Object.values(type.getFields()).filter(({ name }) => Object.hasOwn(names, name));
  }

  /** Of an enum likewise. */
  enumValues(typeName: string): readonly string[] {
    const offered = this.schema.getType(typeName);
    const type = this.contract.getType(typeName);
    if (!isEnumType(type) || !isEnumType(offered)) return [];
    return type
      .getValues()
      .map(({ name }) => name)
      .filter((name) => offered.getValue(name));
  }

  /** The arguments of a field that the SDL has too. */
  arguments(typeName: string, fieldName: string): readonly string[] {
    const offered = this.schema.getType(typeName);
    const field = isComposite(offered) ? offered.getFields()[fieldName] : undefined;
    const known = fieldOf(this.contract, typeName, fieldName)?.args.map(({ name }) => name) ?? [];
    return (field?.args ?? []).map(({ name }) => name).filter((name) => known.includes(name));
  }

  /** The object types that implement or are a type, and are offered. */
  possibleTypes(type: GraphQLObjectType | GraphQLInterfaceType): readonly GraphQLObjectType[] {
    const types = isObjectType(type) ? [type] : this.contract.getPossibleTypes(type);
    return types.filter(({ name }) => isObjectType(this.schema.getType(name)));
  }

  #rootsOf(module: ModuleName): readonly string[] {
    return ['Query', 'Mutation'].flatMap((root) =>
      this.fields(root)
        .filter(({ name }) => fieldModule(root, name) === module)
        .map(({ name }) => `${root}.${name}`),
    );
  }

  #list(field: GraphQLField<unknown, unknown>): OfferedList[] {
    const gather = gatherOf('Query', field.name);
    const node = gather && this.contract.getType(gather.nodeType);
    const order = field.args.find(({ name }) => name === 'orderBy');
    if (!gather || !isObjectType(node) || !order) return [];
    // A look-up lists what it is asked for and nothing without it: rule matching.M2 reads it.
    if (field.args.some(({ name }) => name === 'lookup')) return [];
    const filterArgument = field.args.find(({ name }) => name === 'filter');
    const filter = filterArgument && getNamedType(filterArgument.type);
    return [
      {
        name: field.name,
        gather,
        node,
        orderType: getNamedType(order.type).name,
        orders: this.enumValues(gather.orderEnum).flatMap((name) => orders(gather, name)),
        filter: isInputObjectType(filter) ? filter : undefined,
        filterFields: isInputObjectType(filter) ? this.inputFields(filter.name) : [],
      },
    ];
  }
}

function orders(gather: GatherRule, name: string): OfferedOrder[] {
  const rule = orderOf(gather.orderEnum, name);
  if (!rule) return [];
  return (['ASC', 'DESC'] as const).map((direction) => ({ name, direction, rule }));
}

/** A field of a type of a schema. */
export function fieldOf(
  schema: GraphQLSchema,
  typeName: string,
  fieldName: string,
): GraphQLField<unknown, unknown> | undefined {
  const type = schema.getType(typeName);
  return isComposite(type) ? type.getFields()[fieldName] : undefined;
}

function isComposite(type: unknown): type is GraphQLObjectType | GraphQLInterfaceType {
  return isObjectType(type) || isInterfaceType(type);
}

/** An SDL as a subgraph writes it: with federation's directives undefined, and perhaps only extensions. */
function readSdl(sdl: string): GraphQLSchema {
  const document = parse(sdl, { noLocation: true });
  const defined = new Set(
    document.definitions.flatMap((each) =>
      each.kind === Kind.OBJECT_TYPE_DEFINITION ? [each.name.value] : [],
    ),
  );
  const definitions = document.definitions.map((each) => {
    if (each.kind !== Kind.OBJECT_TYPE_EXTENSION || defined.has(each.name.value)) return each;
    defined.add(each.name.value);
    return { ...each, kind: Kind.OBJECT_TYPE_DEFINITION } as const;
  });
  return buildASTSchema({ ...document, definitions }, { assumeValid: true, assumeValidSDL: true });
}
