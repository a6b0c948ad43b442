/**
 * Step `scopes`: a field that the caller may not see is taken out of the operation before it is
 * planned, so that no owner is asked for it; in the answer it is null, with an error at its path. A
 * client that would rather have all or nothing (REJECT) has the operation refused, with every such field.
 *
 * In the planned operation `phone` becomes `phone: __typename`: the response keeps its keys and
 * their order, no selection becomes empty, and no owner sees the field. A fragment may be refused at
 * one place and not at another: where something of it is, it is written out.
 *
 * Long, because what is taken out and what stands in its place must not drift apart.
 */
import { NetError, errorCodes } from '@onenet/contract';
import {
  Kind,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  typeFromAST,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLFormattedError,
  type GraphQLNamedType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Access } from './callers/access.ts';
import { usedParts } from './conditions.ts';
import { refusalByNeed, refusalByRule, type Refusal, type Restrictions } from './restrictions.ts';
import { fieldOf, fragmentsOf, rootTypeOf } from './selections.ts';

/** A field that was taken out, with its response key. */
interface RefusedField extends Refusal {
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

/** Takes out of a valid document what the caller may not see; refuses it, if the caller is to be told so. */
export function applyScopes(
  schema: GraphQLSchema,
  restrictions: Restrictions,
  access: Access,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ScopedDocument {
  const narrowing = new Narrowing(schema, restrictions, access, document);
  const refused = newTree();
  const root = rootTypeOf(schema, operation);
  const place = { parent: root, possible: [root.name], certain: true, tree: refused };
  const selectionSet = narrowing.narrow(operation.selectionSet, place);
  if (selectionSet === operation.selectionSet) return { document, refused: undefined };
  if (access.mode === 'REJECT') throw rejection(narrowing.refusals);
  return {
    document: usedParts({ ...operation, selectionSet }, fragmentsOf(document)),
    refused,
  };
}

/** Where a selection set stands. */
interface Place {
  readonly parent: GraphQLNamedType;
  /** Names of the object types that may come here. */
  readonly possible: readonly string[];
  readonly certain: boolean;
  readonly tree: RefusedTree;
}

class Narrowing {
  readonly refusals: Refusal[] = [];
  readonly #schema: GraphQLSchema;
  readonly #restrictions: Restrictions;
  readonly #access: Access;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(
    schema: GraphQLSchema,
    restrictions: Restrictions,
    access: Access,
    document: DocumentNode,
  ) {
    this.#schema = schema;
    this.#restrictions = restrictions;
    this.#access = access;
    this.#fragments = fragmentsOf(document);
  }

  /** The set without what is refused; the same set where nothing is. */
  narrow(set: SelectionSetNode, place: Place): SelectionSetNode {
    let isChanged = false;
    const selections = set.selections.map((selection) => {
      const certain = place.certain && (selection.directives ?? []).length === 0;
      const at = { ...place, certain };
      const narrowed =
        selection.kind === Kind.FIELD
          ? this.#narrowField(selection, at)
          : this.#narrowFragment(selection, at);
      isChanged ||= narrowed !== selection;
      return narrowed;
    });
    return isChanged ? { ...set, selections } : set;
  }

  #narrowField(node: FieldNode, { parent, possible, certain, tree }: Place): FieldNode {
    const key = node.alias?.value ?? node.name.value;
    const refusal = this.#refusal(parent, possible, node.name.value);
    if (refusal) {
      this.refusals.push(refusal);
      const others = tree.fields.get(key) ?? [];
      tree.fields.set(key, [...others, { ...refusal, types: new Set(possible), certain }]);
      return standIn(node);
    }
    const field = fieldOf(parent, node.name.value);
    const type = field && getNamedType(field.type);
    if (!node.selectionSet || !isCompositeType(type)) return node;
    const child = tree.children.get(key) ?? newTree();
    const selectionSet = this.narrow(node.selectionSet, {
      parent: type,
      possible: possibleNames(this.#schema, type),
      certain: isObjectType(type),
      tree: child,
    });
    if (selectionSet === node.selectionSet) return node;
    tree.children.set(key, child);
    return { ...node, selectionSet };
  }

  #narrowFragment(node: Exclude<SelectionNode, FieldNode>, place: Place): SelectionNode {
    const fragment =
      node.kind === Kind.INLINE_FRAGMENT ? node : this.#fragments.get(node.name.value);
    if (!fragment) return node;
    const condition = fragment.typeCondition && typeFromAST(this.#schema, fragment.typeCondition);
    const parent = condition ?? place.parent;
    const possible = this.#common(place.possible, parent);
    const selectionSet = this.narrow(fragment.selectionSet, { ...place, parent, possible });
    return selectionSet === fragment.selectionSet ? node : inline(node, fragment, selectionSet);
  }

  /** The types that may come here and fit a fragment; one that fits none is decided by itself. */
  #common(possible: readonly string[], parent: GraphQLNamedType): readonly string[] {
    const fitting = possibleNames(this.#schema, parent);
    const common = possible.filter((name) => fitting.includes(name));
    return common.length > 0 ? common : fitting;
  }

  /** Why the caller may not see a field: by a rule on it or on its type, of each type that may come here. */
  #refusal(
    parent: GraphQLNamedType,
    possible: readonly string[],
    fieldName: string,
  ): Refusal | undefined {
    if (fieldName === '__typename') return undefined;
    const field = fieldOf(parent, fieldName);
    const ruled = new Set<string>();
    for (const name of [parent.name, ...possible]) ruled.add(`${name}.${fieldName}`).add(name);
    if (field) ruled.add(getNamedType(field.type).name);
    for (const coordinate of ruled) {
      const refusal = refusalByRule(this.#restrictions, this.#access, coordinate);
      if (refusal) return refusal;
    }
    const byKind = possible.map((name) =>
      refusalByNeed(this.#restrictions, this.#access, `${name}.${fieldName}`),
    );
    // A kind that is shared with nobody is left out of lists of several kinds, whoever asks them.
    const isForNobody = byKind.every((refusal) => refusal?.code === 'NOT_ALLOWED');
    return byKind.find((refusal) => refusal && (isForNobody || refusal.code !== 'NOT_ALLOWED'));
  }
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
      if (!errors.has(field)) errors.set(field, refusalError(field, [...path, key]));
    }
    for (const [key, child] of tree.children) walk(object[key], child, [...path, key]);
  };
  walk(data, refused, []);
  return [...errors.values()];
}

function refusalError(
  { coordinate, code, scopes }: RefusedField,
  path: readonly (string | number)[],
): GraphQLFormattedError {
  const { message, extensions } = new NetError(code, textOf(code), {
    coordinate,
    ...(scopes && { scopes }),
  });
  return { message, path, extensions };
}

function textOf(code: Refusal['code']): string {
  return code === 'NOT_ALLOWED' ? 'The field is not for this caller.' : errorCodes[code].message;
}

/** Names everything that stands in the way, so that a client need not ask again and again. */
function rejection(refusals: readonly Refusal[]): NetError {
  const fields = [...new Map(refusals.map((each) => [each.coordinate, each])).values()];
  const listed = fields.map(({ coordinate, scopes }) =>
    scopes ? `${coordinate} (${scopes.map((all) => all.join(' and ')).join(', or ')})` : coordinate,
  );
  const code = fields.some((field) => field.scopes) ? 'SCOPE_REQUIRED' : 'NOT_ALLOWED';
  return new NetError(code, `The operation needs what the caller lacks: ${listed.join('; ')}.`, {
    fields: fields.map(({ coordinate, scopes }) => ({ coordinate, ...(scopes && { scopes }) })),
  });
}

function possibleNames(schema: GraphQLSchema, type: GraphQLNamedType): readonly string[] {
  if (isObjectType(type)) return [type.name];
  return isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
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

function inline(
  { directives }: Exclude<SelectionNode, FieldNode>,
  { typeCondition }: InlineFragmentNode | FragmentDefinitionNode,
  selectionSet: SelectionSetNode,
): InlineFragmentNode {
  return {
    kind: Kind.INLINE_FRAGMENT,
    ...(typeCondition && { typeCondition }),
    ...(directives && { directives }),
    selectionSet,
  };
}

function newTree(): RefusedTree {
  return { fields: new Map(), children: new Map() };
}
