/**
 * Step `scopes`: a field that the caller may not see is taken out of the operation before it is
 * planned, so that no owner is asked for it; in the answer it is null, with an error at its path.
 *
 * In the planned operation `phone` becomes `phone: __typename`: the response keeps its keys and
 * their order, no selection becomes empty, and no owner sees the field.
 */
import { NetError, allows, type AccessRule, type AccessRules } from '@onenet/contract';
import {
  Kind,
  TypeInfo,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  typeFromAST,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLFormattedError,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Access } from './callers/access.ts';
import { fieldOf, fragmentsOf, rootTypeOf } from './selections.ts';

/** A field that was taken out, with its response key. */
interface RefusedField {
  readonly coordinate: string;
  readonly scopes: AccessRule['scopes'];
  /** Names of the types that may stand here, which is what its stand-in answers. */
  readonly types: ReadonlySet<string>;
  /**
   * Whether it stands here for certain. The vendor's result shaping loses the stand-in if it is
   * the only field of an object, in fragments that widen and narrow again.
   */
  readonly certain: boolean;
}

/** Where in the answer fields were taken out: by response key, through lists. */
export interface RefusedTree {
  readonly fields: Map<string, RefusedField[]>;
  readonly children: Map<string, RefusedTree>;
}

/** An operation as it will be planned. */
export interface ScopedDocument {
  readonly document: DocumentNode;
  /** Undefined when nothing was taken out. */
  readonly refused: RefusedTree | undefined;
}

/** Takes out of a valid document what the caller may not see. */
export function applyScopes(
  schema: GraphQLSchema,
  rules: AccessRules,
  caller: Access,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ScopedDocument {
  const ruleAgainst = (parent: GraphQLNamedType, node: FieldNode): Refusal | undefined =>
    findRefusal(schema, rules, caller, parent, node.name.value);
  const refused = newTree();
  collect(schema, document, operation, ruleAgainst, refused);
  if (refused.fields.size === 0 && refused.children.size === 0) {
    return { document, refused: undefined };
  }
  const typeInfo = new TypeInfo(schema);
  const planned: DocumentNode = visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field: (node) => {
        const parent = typeInfo.getParentType();
        return parent && ruleAgainst(parent, node) ? standIn(node) : undefined;
      },
    }),
  );
  return { document: planned, refused };
}

/** Puts null where fields were taken out, in place, and returns one error a field, at its first place. */
export function nullRefused(data: unknown, refused: RefusedTree): GraphQLFormattedError[] {
  const errors = new Map<RefusedField, GraphQLFormattedError>();
  const walk = (value: unknown, tree: RefusedTree, path: readonly (string | number)[]): void => {
    if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) walk(item, tree, [...path, i]);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const object = value as Record<string, unknown>;
    for (const [key, fields] of tree.fields) {
      // Another type's field may have the same response key: only the stand-in answers a type's name.
      const field = fields.find(({ types, certain }) =>
        Object.hasOwn(object, key) ? types.has(String(object[key])) : certain,
      );
      if (!field) continue;
      object[key] = null;
      if (!errors.has(field)) errors.set(field, scopeError(field, [...path, key]));
    }
    for (const [key, child] of tree.children) walk(object[key], child, [...path, key]);
  };
  walk(data, refused, []);
  return [...errors.values()];
}

interface Refusal {
  readonly coordinate: string;
  readonly rule: AccessRule;
}

/** Why a caller may not see a field: by a rule on it, on its type, or on one of the types that it may stand for. */
function findRefusal(
  schema: GraphQLSchema,
  rules: AccessRules,
  caller: Access,
  parent: GraphQLNamedType,
  fieldName: string,
): Refusal | undefined {
  if (fieldName === '__typename') return undefined;
  const field = fieldOf(parent, fieldName);
  const names = [parent.name, ...possibleNames(schema, parent)];
  const coordinates = names.flatMap((name) => [`${name}.${fieldName}`, name]);
  if (field) coordinates.push(getNamedType(field.type).name);
  for (const coordinate of coordinates) {
    const rule = rules.get(coordinate);
    if (rule && !allows(rule, caller)) return { coordinate, rule };
  }
  return undefined;
}

function possibleNames(schema: GraphQLSchema, type: GraphQLNamedType): readonly string[] {
  if (isObjectType(type)) return [type.name];
  return isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
}

function collect(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  ruleAgainst: (parent: GraphQLNamedType, node: FieldNode) => Refusal | undefined,
  tree: RefusedTree,
): void {
  const fragments = fragmentsOf(document);
  const walk = (
    set: SelectionSetNode,
    parent: GraphQLNamedType,
    at: RefusedTree,
    isCertain: boolean,
  ): void => {
    for (const selection of set.selections) {
      const certain = isCertain && (selection.directives ?? []).length === 0;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const refusal = ruleAgainst(parent, selection);
        const field = fieldOf(parent, selection.name.value);
        if (refusal) {
          const types = new Set(possibleNames(schema, parent));
          const { coordinate, rule } = refusal;
          const others = at.fields.get(key) ?? [];
          at.fields.set(key, [...others, { coordinate, scopes: rule.scopes, types, certain }]);
        } else if (selection.selectionSet && field) {
          const child = at.children.get(key) ?? newTree();
          const type = getNamedType(field.type);
          if (isCompositeType(type)) walk(selection.selectionSet, type, child, isObjectType(type));
          if (child.fields.size > 0 || child.children.size > 0) at.children.set(key, child);
        }
      } else {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (!fragment) continue;
        const condition = fragment.typeCondition && typeFromAST(schema, fragment.typeCondition);
        walk(fragment.selectionSet, condition ?? parent, at, certain);
      }
    }
  };
  walk(operation.selectionSet, rootTypeOf(schema, operation), tree, true);
}

/** What is planned in place of a refused field: its directives stay, so that what was skipped is no refusal. */
function standIn(node: FieldNode): FieldNode {
  return {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: node.alias?.value ?? node.name.value },
    name: { kind: Kind.NAME, value: '__typename' },
    ...(node.directives && { directives: node.directives }),
  };
}

function scopeError(
  { coordinate, scopes }: RefusedField,
  path: readonly (string | number)[],
): GraphQLFormattedError {
  const error = new NetError('SCOPE_REQUIRED', undefined, {
    coordinate,
    ...(scopes && { scopes }),
  });
  return { message: error.message, path, extensions: error.extensions };
}

function newTree(): RefusedTree {
  return { fields: new Map(), children: new Map() };
}
