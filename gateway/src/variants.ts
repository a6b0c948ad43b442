/**
 * What of the schema a caller is shown, and may name: what its variant leaves out does not exist for it,
 * neither in introspection nor in a fault's "did you mean".
 *
 * PUBLIC has what is shared without condition, and changes nothing. PARTNER has what owners may grant,
 * too. INTERNAL has everything, whatever of it the caller may ask.
 *
 * Long, because each kind of type is narrowed by the same rule.
 */
import { schemaVariants, type SchemaVariant } from '@onenet/contract';
import {
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLUnionType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isScalarType,
  isUnionType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLType,
} from 'graphql';
import { inputsReading } from './owners/filtered-fields.ts';
import type { Restrictions } from './restrictions.ts';

/** The schema of each variant, made when somebody first needs it. */
export class Variants {
  readonly #schema: GraphQLSchema;
  readonly #restrictions: Pick<Restrictions, 'needs' | 'internal'>;
  readonly #made = new Map<SchemaVariant, GraphQLSchema>();

  constructor(schema: GraphQLSchema, restrictions: Pick<Restrictions, 'needs' | 'internal'>) {
    this.#schema = schema;
    this.#restrictions = restrictions;
  }

  schemaOf(variant: SchemaVariant): GraphQLSchema {
    let schema = this.#made.get(variant);
    if (!schema) {
      const isWhole = variant === schemaVariants.at(-1);
      schema = isWhole ? this.#schema : narrowed(this.#schema, this.#restrictions, variant);
      this.#made.set(variant, schema);
    }
    return schema;
  }
}

type Fielded = GraphQLObjectType | GraphQLInterfaceType;

/** What is left of the schema: first what may be shown, then of that what the roots lead to. */
function narrowed(
  schema: GraphQLSchema,
  restrictions: Pick<Restrictions, 'needs' | 'internal'>,
  variant: SchemaVariant,
): GraphQLSchema {
  const shown = new Shown(schema, restrictions, variant);
  const reached = shown.reached();
  const made = new Map<string, GraphQLNamedType>();
  const named = <Type extends GraphQLNamedType>(type: Type): Type => {
    let copy = made.get(type.name);
    if (!copy) made.set(type.name, (copy = copyOf(type)));
    return copy as Type;
  };
  const typeOf = <Type extends GraphQLType>(type: Type): Type => {
    if (isNonNullType(type)) return new GraphQLNonNull(typeOf(type.ofType)) as GraphQLType as Type;
    if (isListType(type)) return new GraphQLList(typeOf(type.ofType)) as GraphQLType as Type;
    return named(type as GraphQLNamedType) as GraphQLType as Type;
  };
  const fieldsOf = (type: Fielded) => {
    const { fields } = type.toConfig();
    return Object.fromEntries(
      shown.fieldsOf(type).map(({ name }) => {
        const config = fields[name] ?? unknown(name);
        const args = Object.entries(config.args ?? {})
          .filter(([, { type: argument }]) => shown.has(getNamedType(argument)))
          .map(([key, argument]) => [key, { ...argument, type: typeOf(argument.type) }]);
        return [name, { ...config, type: typeOf(config.type), args: Object.fromEntries(args) }];
      }),
    );
  };
  const interfacesOf = (type: Fielded) =>
    type
      .getInterfaces()
      .filter((each) => reached.has(each) && shown.keeps(type, each))
      .map(named);
  const copyOf = (type: GraphQLNamedType): GraphQLNamedType => {
    if (isScalarType(type)) return type;
    if (isObjectType(type)) {
      const config = { ...type.toConfig(), fields: () => fieldsOf(type) };
      return new GraphQLObjectType({ ...config, interfaces: () => interfacesOf(type) });
    }
    if (isInterfaceType(type)) {
      const config = { ...type.toConfig(), fields: () => fieldsOf(type) };
      return new GraphQLInterfaceType({ ...config, interfaces: () => interfacesOf(type) });
    }
    if (isUnionType(type)) {
      const types = (): GraphQLObjectType[] =>
        type
          .getTypes()
          .filter((member) => reached.has(member))
          .map(named);
      return new GraphQLUnionType({ ...type.toConfig(), types });
    }
    if (isEnumType(type)) {
      const { values, ...config } = type.toConfig();
      const kept = Object.entries(values).filter(([name]) => shown.isShown(`${type.name}.${name}`));
      return new GraphQLEnumType({ ...config, values: Object.fromEntries(kept) });
    }
    const { fields, ...config } = type.toConfig();
    const kept = Object.entries(fields).filter(([name]) => shown.takes(type, name));
    return new GraphQLInputObjectType({
      ...config,
      fields: () =>
        Object.fromEntries(
          kept.map(([name, field]) => [name, { ...field, type: typeOf(field.type) }]),
        ),
    });
  };
  const { query, mutation, ...config } = schema.toConfig();
  return new GraphQLSchema({
    ...config,
    query: query && named(query),
    mutation: mutation && reached.has(mutation) ? named(mutation) : null,
    types: [...reached].map(named),
    // Whole schemas were checked when they were composed; that parts of them are whole, tests check.
    assumeValid: true,
  });
}

/** Decides what a variant shows. */
class Shown {
  readonly #schema: GraphQLSchema;
  readonly #restrictions: Pick<Restrictions, 'needs' | 'internal'>;
  readonly #variant: SchemaVariant;
  #hiddenInputs: ReadonlySet<string> = new Set();
  readonly #hasType = new Map<GraphQLNamedType, boolean>();

  constructor(
    schema: GraphQLSchema,
    restrictions: Pick<Restrictions, 'needs' | 'internal'>,
    variant: SchemaVariant,
  ) {
    this.#schema = schema;
    this.#restrictions = restrictions;
    this.#variant = variant;
    // To filter or to order by a field tells what it says.
    const hidden = [...restrictions.needs.keys()].filter((field) => !this.isShown(field));
    this.#hiddenInputs = new Set(hidden.flatMap((field) => [...(inputsReading(field) ?? [])]));
  }

  /** Whether a type, a field or an enum value may be shown, as far as it is for itself to say. */
  isShown(coordinate: string): boolean {
    const { needs, internal } = this.#restrictions;
    if (internal.has(coordinate) || this.#hiddenInputs.has(coordinate)) return false;
    return (needs.get(coordinate) ?? []).every(({ attribute }) =>
      this.#variant === 'PUBLIC' ? attribute === 'UNCONDITIONAL' : attribute !== 'NOT_SHARED',
    );
  }

  /** Whether anything of a type is shown. */
  has(type: GraphQLNamedType): boolean {
    const known = this.#hasType.get(type);
    if (known !== undefined) return known;
    // One that leads back to itself has what it has beside that.
    this.#hasType.set(type, true);
    const has = this.isShown(type.name) && this.#hasParts(type);
    this.#hasType.set(type, has);
    return has;
  }

  #hasParts(type: GraphQLNamedType): boolean {
    if (isObjectType(type) || isInterfaceType(type)) return this.fieldsOf(type).length > 0;
    if (isUnionType(type)) return type.getTypes().some((member) => this.has(member));
    if (isEnumType(type)) {
      return type.getValues().some(({ name }) => this.isShown(`${type.name}.${name}`));
    }
    if (!isInputObjectType(type)) return true;
    const fields = Object.values(type.getFields());
    return (
      fields.some(({ name }) => this.takes(type, name)) &&
      fields.every((field) => !isRequiredInputField(field) || this.takes(type, field.name))
    );
  }

  /** The fields of a type that are shown. */
  fieldsOf(type: Fielded): readonly GraphQLField<unknown, unknown>[] {
    if (this.#variant === 'PUBLIC' && type === this.#schema.getMutationType()) return [];
    return Object.values(type.getFields()).filter(
      ({ name, type: output, args }) =>
        this.isShown(`${type.name}.${name}`) &&
        this.has(getNamedType(output)) &&
        args.every((argument) => this.#isOptional(argument)),
    );
  }

  #isOptional(argument: GraphQLArgument): boolean {
    return !isRequiredArgument(argument) || this.has(getNamedType(argument.type));
  }

  /** Whether an input object takes a field. */
  takes(type: GraphQLInputObjectType, name: string): boolean {
    const field = type.getFields()[name];
    return (
      field !== undefined &&
      this.isShown(`${type.name}.${name}`) &&
      this.has(getNamedType(field.type))
    );
  }

  /** Whether a type still has all that an interface of it shows. */
  keeps(type: Fielded, parent: GraphQLInterfaceType): boolean {
    const names = new Set(this.fieldsOf(type).map(({ name }) => name));
    return this.fieldsOf(parent).every(({ name }) => names.has(name));
  }

  /** Types that the roots lead to through what is shown. */
  reached(): ReadonlySet<GraphQLNamedType> {
    const reached = new Set<GraphQLNamedType>();
    const look = (type: GraphQLNamedType): void => {
      if (reached.has(type) || !this.has(type)) return;
      reached.add(type);
      if (isObjectType(type) || isInterfaceType(type)) {
        for (const { type: output, args } of this.fieldsOf(type)) {
          look(getNamedType(output));
          for (const argument of args) look(getNamedType(argument.type));
          // What stands for several types may be any of them.
          const of = getNamedType(output);
          if (isInterfaceType(of)) this.#schema.getPossibleTypes(of).forEach(look);
        }
        type.getInterfaces().forEach(look);
      } else if (isUnionType(type)) type.getTypes().forEach(look);
      else if (isInputObjectType(type)) {
        for (const { name, type: input } of Object.values(type.getFields())) {
          if (this.takes(type, name)) look(getNamedType(input));
        }
      }
    };
    for (const root of [this.#schema.getQueryType(), this.#schema.getMutationType()]) {
      if (root) look(root);
    }
    return reached;
  }
}

function unknown(name: string): never {
  throw new Error(`There is no field ${name}.`);
}
