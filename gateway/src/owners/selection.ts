/** What an operation selects on a type: fragments inlined, fields merged by response key, `@include` and `@skip` decided. */
import { NetError } from '@onenet/contract';
import {
  Kind,
  isAbstractType,
  isObjectType,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLSchema,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/** One field of a selection: all that stands under one response key. */
export interface Selected {
  readonly key: string;
  readonly name: string;
  /** The first of its nodes; the others have the same arguments, or the operation is not valid. */
  readonly node: FieldNode;
  readonly sets: readonly SelectionSetNode[];
}

/** Where selections are read from: one operation with the values of the variables in its conditions. */
export interface Source {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Values of the variables that stand in `@include` and `@skip`. */
  readonly conditions: Readonly<Record<string, unknown>>;
}

/** Fields by response key, in the order of the answer. */
export type Selection = ReadonlyMap<string, Selected>;

/** Collects what the sets select on an object type. */
export function collect(
  source: Source,
  typeName: string,
  sets: readonly SelectionSetNode[],
): Map<string, Selected> {
  const fields = new Map<string, Selected>();
  for (const set of sets) collectInto(fields, source, typeName, set);
  return fields;
}

/** A field that the net adds to a selection. */
export function added(key: string, name: string): Selected {
  const node: FieldNode = {
    kind: Kind.FIELD,
    name: { kind: Kind.NAME, value: name },
    alias: { kind: Kind.NAME, value: key },
  };
  return { key, name, node, sets: [] };
}

/** The response key of a selected field, by its name; undefined when it is not selected. */
export function keyOf(selection: Selection, name: string): string | undefined {
  for (const field of selection.values()) if (field.name === name) return field.key;
  return undefined;
}

/** A field's definition; one that the contract does not have is a mistake of the planner. */
export function definitionOf(
  schema: GraphQLSchema,
  typeName: string,
  fieldName: string,
): GraphQLField<unknown, unknown> {
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (!field) throw new Error(`The contract has no field ${typeName}.${fieldName}.`);
  return field;
}

/** Names of the variables within a value. */
export function* variablesIn(value: ValueNode): Generator<string> {
  if (value.kind === Kind.VARIABLE) yield value.name.value;
  else if (value.kind === Kind.LIST) for (const item of value.values) yield* variablesIn(item);
  else if (value.kind === Kind.OBJECT) {
    for (const field of value.fields) yield* variablesIn(field.value);
  }
}

function collectInto(
  fields: Map<string, Selected>,
  source: Source,
  typeName: string,
  set: SelectionSetNode,
): void {
  for (const selection of set.selections) {
    if (!isIncluded(selection.directives, source.conditions)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      // As a key of an object it would be its prototype.
      if (key === '__proto__') throw new NetError('BAD_REQUEST', 'No alias may be "__proto__".');
      const sets = selection.selectionSet ? [selection.selectionSet] : [];
      const known = fields.get(key);
      fields.set(
        key,
        known
          ? { ...known, sets: [...known.sets, ...sets] }
          : { key, name: selection.name.value, node: selection, sets },
      );
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : source.fragments.get(selection.name.value);
    if (!fragment) throw new Error('A fragment of the operation is not defined.');
    const condition = fragment.typeCondition?.name.value;
    if (condition === undefined || applies(source.schema, condition, typeName)) {
      collectInto(fields, source, typeName, fragment.selectionSet);
    }
  }
}

function applies(schema: GraphQLSchema, condition: string, typeName: string): boolean {
  // The union of all entities is the federation's own, and not in the contract's text.
  if (condition === typeName || condition === '_Entity') return true;
  const abstract = schema.getType(condition);
  const type = schema.getType(typeName);
  return isAbstractType(abstract) && isObjectType(type) && schema.isSubType(abstract, type);
}

function isIncluded(
  directives: readonly DirectiveNode[] | undefined,
  conditions: Readonly<Record<string, unknown>>,
): boolean {
  if (!directives || directives.length === 0) return true;
  return directives.every((directive) => {
    const name = directive.name.value;
    if (name !== 'include' && name !== 'skip') return true;
    const value = directive.arguments?.[0]?.value;
    const holds =
      value?.kind === Kind.VARIABLE
        ? conditions[value.name.value] === true
        : value?.kind === Kind.BOOLEAN && value.value;
    return holds === (name === 'include');
  });
}
