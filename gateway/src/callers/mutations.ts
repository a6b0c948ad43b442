/**
 * Who may call which mutation, as people: the one table. Programs of this machine may call all, and
 * clients those of their scopes and grants; at its owner, each is decided again.
 */
import {
  NetError,
  contractSchema,
  routeOf,
  splitId,
  type Caller,
  type NetSnapshot,
} from '@onenet/contract';
import {
  Kind,
  OperationTypeNode,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { addedBy } from '../additions/added-by.ts';
import { isObject } from '../http-request.ts';
import { fragmentsOf } from '../selections.ts';

/** The province supervises its platforms: it asks, and says whether the answer does. */
const byLeader: ReadonlySet<string> = new Set([
  'askSupervision',
  'returnSupervision',
  'closeSupervision',
]);

/** A mutation as it is asked. */
export interface MutationAsked {
  readonly name: string;
  /** By its arguments' names, as far as these values are known. */
  readonly arguments: (
    variables: Readonly<Record<string, unknown>>,
  ) => Readonly<Record<string, unknown>>;
}

/** The mutations of an operation. */
export function mutationsOf(
  document: DocumentNode,
  { operation, selectionSet }: OperationDefinitionNode,
): readonly MutationAsked[] {
  if (operation !== OperationTypeNode.MUTATION) return [];
  return [...rootFields(selectionSet, fragmentsOf(document))].map((node) => ({
    name: node.name.value,
    arguments: (variables) =>
      Object.fromEntries(
        (node.arguments ?? []).map(({ name, value }) => [
          name.value,
          valueFromASTUntyped(value, variables),
        ]),
      ),
  }));
}

/** Refuses an operation with a mutation that the caller may not call as the person that it is. */
export function checkMutations(
  { client, roles, platform }: Caller,
  net: NetSnapshot,
  mutations: readonly MutationAsked[],
  variables: Readonly<Record<string, unknown>>,
): void {
  if (client !== 'dashboard') return;
  for (const { name, arguments: given } of mutations) {
    if (name === '__typename' || isOfProvince(net, name)) continue;
    if (byLeader.has(name)) {
      if (!roles.includes('leader')) throw notAllowed(name, 'the province’s leaders');
      continue;
    }
    const owner = ownerOf(net, name, given(variables));
    if (!roles.includes('team') || platform === null || owner !== platform) {
      throw notAllowed(name, 'the team of the platform that it is about');
    }
  }
}

/** What the province itself carries out: who may, its schema says by `@policy`. */
function isOfProvince(net: NetSnapshot, name: string): boolean {
  const isOfContract = name in (contractSchema().getMutationType()?.getFields() ?? {});
  return !isOfContract && !addedBy(net, `Mutation.${name}`);
}

/** The platform that a mutation is about. */
function ownerOf(
  net: NetSnapshot,
  name: string,
  given: Readonly<Record<string, unknown>>,
): string | undefined {
  const route = routeOf('Mutation', name);
  if (!route) return addedBy(net, `Mutation.${name}`)?.code;
  const value = route.path.reduce<unknown>(
    (at, key) => (isObject(at) ? at[key] : undefined),
    given,
  );
  if (typeof value !== 'string') return undefined;
  return route.names === 'PLATFORM' ? value : splitId(value)?.platform;
}

function notAllowed(name: string, whose: string): NetError {
  return new NetError('NOT_ALLOWED', `${name} is for ${whose}.`, { mutation: name });
}

function* rootFields(
  set: SelectionSetNode,
  fragments: ReturnType<typeof fragmentsOf>,
): Generator<FieldNode> {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) yield selection;
    else {
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (fragment) yield* rootFields(fragment.selectionSet, fragments);
    }
  }
}
