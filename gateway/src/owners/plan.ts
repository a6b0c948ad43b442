/** One operation on `municipal`, compiled once: which fields ask whom, and what each kind of owner is asked. */
import { fieldModule, keyField, routeOf, type ModuleName, type RouteRule } from '@onenet/contract';
import {
  Kind,
  OperationTypeNode,
  isObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { gatherField, type GatherField } from './gather-ask.ts';
import { collect, type Selected, type Selection, type Source } from './selection.ts';

/** A root field that one owner answers. */
export interface RouteField {
  readonly index: number;
  /** `Query` or `Mutation`. */
  readonly typeName: string;
  readonly selected: Selected;
  /** Where the owner is named; an addition's owner is the one that added it. */
  readonly rule: RouteRule | 'ADDITION';
  readonly module: ModuleName;
}

/** What is asked of entities of one type. */
export interface EntityFields {
  readonly typeName: string;
  /** Its key: `id` of records, `code` of platforms and divisions. */
  readonly keyField: string;
  /** Fields that the one owner of the entity answers. */
  readonly plain: Selection;
  /** Lists of a platform or a division. */
  readonly gathers: readonly GatherField[];
  /** The client's keys for the entity's key and type name: known without asking. */
  readonly known: readonly { readonly key: string; readonly name: string }[];
}

/** `_entities` in an operation. */
export interface EntitiesField {
  readonly key: string;
  /** The variable that holds the representations. */
  readonly variable: string;
  /** Null for a type on which nothing is selected, or that the contract does not have. */
  of(typeName: string): EntityFields | null;
}

/** A compiled operation. */
export interface Plan {
  readonly kind: 'query' | 'mutation';
  readonly source: Source;
  readonly definition: OperationDefinitionNode;
  readonly gathers: readonly GatherField[];
  readonly routes: readonly RouteField[];
  readonly entities: readonly EntitiesField[];
  /** The client's keys for the root's type name. */
  readonly typenames: readonly string[];
}

/** Whether and by what a root field is routed to one owner. */
export type RoutedBy = (
  typeName: string,
  fieldName: string,
  schema: GraphQLSchema,
) => RouteField['rule'] | undefined;

/** Reads an operation's root fields. */
export function readPlan(
  source: Source,
  definition: OperationDefinitionNode,
  routedBy: RoutedBy = routeOf,
): Plan {
  const kind = definition.operation === OperationTypeNode.MUTATION ? 'mutation' : 'query';
  const rootName = kind === 'mutation' ? 'Mutation' : 'Query';
  const gathers: GatherField[] = [];
  const routes: RouteField[] = [];
  const entities: EntitiesField[] = [];
  const typenames: string[] = [];
  let gatherCount = 0;
  const gather = (typeName: string, selected: Selected): GatherField | undefined => {
    const field = gatherField(source, gatherCount, typeName, selected);
    if (field) gatherCount++;
    return field;
  };
  for (const selected of collect(source, rootName, [definition.selectionSet]).values()) {
    const { key, name } = selected;
    if (name === '__typename') typenames.push(key);
    else if (name === '_entities') entities.push(entitiesField(source, selected, gather));
    else {
      const rule = routedBy(rootName, name, source.schema);
      const module = fieldModule(rootName, name);
      const gathered = rule ? undefined : gather(rootName, selected);
      if (rule) routes.push({ index: routes.length, typeName: rootName, selected, rule, module });
      else if (gathered) gathers.push(gathered);
      else throw new Error(`${rootName}.${name} is neither gathered nor routed.`);
    }
  }
  return { kind, source, definition, gathers, routes, entities, typenames };
}

function entitiesField(
  source: Source,
  selected: Selected,
  gather: (typeName: string, selected: Selected) => GatherField | undefined,
): EntitiesField {
  const value = selected.node.arguments?.[0]?.value;
  if (value?.kind !== Kind.VARIABLE) throw new Error('Representations come in a variable.');
  const byType = new Map<string, EntityFields | null>();
  return {
    key: selected.key,
    variable: value.name.value,
    of(typeName) {
      let fields = byType.get(typeName);
      if (fields === undefined) byType.set(typeName, (fields = read(typeName)));
      return fields;
    },
  };

  function read(typeName: string): EntityFields | null {
    if (!isObjectType(source.schema.getType(typeName))) return null;
    const key = keyField(typeName);
    const plain = new Map<string, Selected>();
    const gathers: GatherField[] = [];
    const known: { key: string; name: string }[] = [];
    const ofRecord = key === 'id';
    for (const field of collect(source, typeName, selected.sets).values()) {
      const gathered = gather(typeName, field);
      if (gathered) gathers.push(gathered);
      else if (!ofRecord && (field.name === key || field.name === '__typename')) known.push(field);
      else plain.set(field.key, field);
    }
    return { typeName, keyField: key, plain, gathers, known };
  }
}
