/**
 * Part of step `limits`: the form of a document, before anything looks at it that takes more than
 * linear time. Needs no schema. Every operation counts, also those that are not carried out, since
 * all are validated; no name is exempt.
 */
import { NetError } from '@onenet/contract';
import {
  Kind,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { fragmentsOf } from '../selections.ts';
import { limits, refuseOver } from './limits.ts';

/** Refuses a document whose form is over a limit. */
export function checkShape(document: DocumentNode): void {
  const fragments = fragmentsOf(document);
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  refuseOver('operations', operations.length, limits.operations);
  refuseOver('fragments', fragments.size, limits.fragments);
  checkParts(document);
  for (const { variableDefinitions = [] } of operations) {
    refuseOver('variables', variableDefinitions.length, limits.variables);
  }
  const measure = measurer(fragments);
  const shapes = operations.map(({ selectionSet }) => measure(selectionSet));
  // A fragment that no operation reaches is validated like the others, and was not counted with one.
  for (const fragment of fragments.values()) {
    if (measure.known(fragment.name.value)) continue;
    throw new NetError('BAD_REQUEST', `Fragment "${fragment.name.value}" is never used.`);
  }
  const most = (of: (shape: Shape) => number): number => Math.max(0, ...shapes.map(of));
  const sum = (of: (shape: Shape) => number): number => shapes.map(of).reduce((a, b) => a + b, 0);
  refuseOver(
    'depth',
    most(({ depth }) => depth),
    limits.depth,
  );
  refuseOver(
    'fragments inside each other',
    most(({ nesting }) => nesting),
    limits.nesting,
  );
  refuseOver(
    'aliases',
    sum(({ aliases }) => aliases),
    limits.aliases,
  );
  refuseOver(
    'fields',
    sum(({ fields }) => fields),
    limits.fields,
  );
  refuseOver(
    'root fields',
    most(({ rootFields }) => rootFields),
    limits.rootFields,
  );
  // From here on what fragments spread to is bounded, and may be walked through.
  const pairs = operations.map(({ selectionSet }) => countPairs(selectionSet, fragments));
  refuseOver(
    'pairs of fields under one name',
    pairs.reduce((a, b) => a + b, 0),
    limits.pairs,
  );
}

/** Directives, and how deep the document's own values are. */
function checkParts(document: DocumentNode): void {
  let directives = 0;
  let depth = 0;
  const enter = (): void => refuseOver('values inside each other', ++depth, limits.valueDepth);
  const leave = (): void => void depth--;
  visit(document, {
    Directive: () => refuseOver('directives', ++directives, limits.directives),
    ListValue: { enter, leave },
    ObjectValue: { enter, leave },
  } satisfies Partial<Record<ValueNode['kind'] | 'Directive', unknown>>);
}

interface Shape {
  depth: number;
  nesting: number;
  aliases: number;
  fields: number;
  rootFields: number;
}

interface Measurer {
  (set: SelectionSetNode): Shape;
  /** Whether a fragment was measured. */
  known(fragment: string): boolean;
}

/** Measures each fragment once, however often it is spread. */
function measurer(fragments: ReadonlyMap<string, FragmentDefinitionNode>): Measurer {
  const measured = new Map<string, Shape | 'under way'>();
  const measure = (set: SelectionSetNode | undefined): Shape => {
    const shape = nothing();
    for (const selection of set?.selections ?? []) {
      const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
      const inner = isSpread ? spread(selection.name.value) : measure(selection.selectionSet);
      const isField = selection.kind === Kind.FIELD;
      shape.depth = Math.max(shape.depth, inner.depth + (isField ? 1 : 0));
      shape.nesting = Math.max(shape.nesting, inner.nesting + (isField ? 0 : 1));
      shape.aliases += inner.aliases + (isField && selection.alias ? 1 : 0);
      shape.fields += inner.fields + (isField ? 1 : 0);
      shape.rootFields += isField ? 1 : inner.rootFields;
    }
    return shape;
  };
  const spread = (name: string): Shape => {
    const known = measured.get(name);
    if (known === 'under way') {
      throw new NetError('BAD_REQUEST', `Cannot spread fragment "${name}" within itself.`);
    }
    if (known) return known;
    measured.set(name, 'under way');
    const shape = measure(fragments.get(name)?.selectionSet);
    measured.set(name, shape);
    return shape;
  };
  return Object.assign(measure, { known: (name: string) => measured.has(name) });
}

function nothing(): Shape {
  return { depth: 0, nesting: 0, aliases: 0, fields: 0, rootFields: 0 };
}

/** Fields at one place of the answer, by name. */
interface Place {
  count: number;
  readonly below: Map<string, Place>;
}

/** How many pairs of fields stand under one name at one place: what the rule that fields merge looks at. */
function countPairs(
  root: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): number {
  let pairs = 0;
  const walk = (set: SelectionSetNode | undefined, places: Map<string, Place>): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind !== Kind.FIELD) {
        const inner =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        walk(inner?.selectionSet, places);
        continue;
      }
      const key = selection.alias?.value ?? selection.name.value;
      let place = places.get(key);
      if (!place) places.set(key, (place = { count: 0, below: new Map() }));
      pairs += place.count++;
      walk(selection.selectionSet, place.below);
    }
  };
  walk(root, new Map());
  return pairs;
}
