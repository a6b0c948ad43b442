/** The operation that one kind of owner gets: its root fields only, and only the variables that these use. */
import { askedBy, type Asked } from '@onenet/assertion';
import { print, isInputType, type GraphQLInputType, type VariableDefinitionNode } from 'graphql';
import { typeReferred } from '../selections.ts';
import { Asker, need, reserved, type Pruned } from './ask.ts';
import {
  checkMember,
  isJsonObject,
  type Answering,
  type Check,
  type Fill,
  type JsonObject,
  type KeyCheck,
} from './conform.ts';
import { askGathered, lastPrefix, type GatherField } from './gather-ask.ts';
import { offeredDefault, offeredValue, type VariableUse } from './lacking.ts';
import type { Offer } from './offer.ts';
import type { EntityFields, Plan, RouteField } from './plan.ts';
import type { Selection } from './selection.ts';

/** What an owner is to be asked. */
export interface Wanted {
  readonly gathers: readonly GatherField[];
  readonly routes: readonly RouteField[];
  readonly groups: readonly WantedGroup[];
}

/** Entities of one type of which the same is wanted. */
export interface WantedGroup {
  readonly fields: EntityFields;
  readonly plain: boolean;
  readonly gathers: readonly GatherField[];
}

/** One root field that an owner answers. */
export interface RootAsked {
  readonly key: string;
  readonly check: Check;
  /** Below the field. */
  readonly pruned: readonly Pruned[];
}

/** One `_entities` field that an owner answers. */
export interface GroupAsked {
  readonly alias: string;
  readonly variable: string;
  readonly keyCount: number;
  /** Where the entity's own key stands in the answer. */
  readonly keyKey: string;
  readonly plain: readonly KeyCheck[];
  readonly fill: Fill | undefined;
  readonly gathers: readonly {
    readonly field: GatherField;
    readonly check: Check;
    readonly pruned: readonly Pruned[];
  }[];
  readonly pruned: readonly Pruned[];
}

/** A compiled operation for one kind of owner. */
export interface OwnerOperation {
  /** The body's JSON up to the variables' object. */
  readonly head: string;
  /** The caller's variables that it uses. */
  readonly variables: readonly string[];
  /** Their values as the owner can read them. */
  readonly valueOf: (name: string, given: unknown) => unknown;
  readonly gathers: readonly (RootAsked & { readonly field: GatherField })[];
  readonly routes: readonly (RootAsked & { readonly field: RouteField })[];
  readonly groups: readonly GroupAsked[];
  /** Counts the records in an answer's data, as the owner's own record does. */
  readonly rowsIn: Asked['rowsIn'];
  /** Coordinates of what is asked, where the owner withholds something else. */
  readonly fields: readonly string[];
}

/** A part of an operation, which an owner answers or not: a list, a root field, an entity's own fields. */
export type OperationPart = GatherField | RouteField | EntityFields;

/** What a part uses of what these owners lack: always, or by the values of variables. */
export interface Lacking {
  readonly used: string | undefined;
  readonly variables: readonly VariableUse[];
}

/** Finds what a part uses that these owners lack. */
export function lackingOf(plan: Plan, offer: Offer, part: OperationPart): Lacking {
  const asker = new Asker(plan, offer);
  if ('plain' in part) asker.fields(part.typeName, part.plain);
  else if ('edges' in part) askGathered(asker, part);
  else asker.field(part.typeName, part.selected);
  return asker.inputs;
}

/** Compiles what is wanted for owners that offer the same. */
export function ownerOperation(plan: Plan, offer: Offer, wanted: Wanted): OwnerOperation {
  const texts: string[] = [];
  const variables = new Set<string>();
  const uses: VariableUse[] = [];
  const representations: string[] = [];
  const fields = new Set<string>();
  const asking: Asking = (ask) => {
    const asker = new Asker(plan, offer);
    const asked = ask(asker);
    for (const variable of asker.variables) variables.add(variable);
    uses.push(...asker.inputs.variables);
    for (const field of asker.fieldsAsked) fields.add(field);
    return { ...asked, pruned: asker.pruned };
  };
  const gathers = wanted.gathers.map((field) => {
    const { text, check, pruned } = asking((asker) => askGathered(asker, field));
    texts.push(text);
    return { key: field.selected.key, field, check, pruned: below(pruned) };
  });
  const routes = wanted.routes.map((field) => {
    const { text, check, pruned } = asking((asker) => asker.field(field.typeName, field.selected));
    texts.push(text);
    return { key: field.selected.key, field, check, pruned: below(pruned) };
  });
  const groups = wanted.groups.map((group, i) => {
    const alias = `${reserved}entities_${i}`;
    const variable = `${reserved}representations_${i}`;
    const asked = groupAsked(asking, group, alias, variable);
    texts.push(asked.text);
    representations.push(`$${variable}: [_Any!]!`);
    return asked;
  });
  const own = [...variables].filter((name) => name.startsWith(reserved));
  const declared = (plan.definition.variableDefinitions ?? []).filter((definition) =>
    variables.has(definition.variable.name.value),
  );
  const definitions = [
    ...declared.map((definition) => print(offeredDefinition(plan, offer, definition))),
    ...own.map((name) => `$${name}: ${name.startsWith(lastPrefix) ? 'Int' : 'String'}`),
    ...representations,
  ];
  const signature = definitions.length > 0 ? ` (${definitions.join(', ')})` : '';
  // The planner appends the subgraph and its step to the client's own name.
  const name = plan.definition.name?.value.replace(/__\w+?__\d+$/, '');
  const named = name === undefined ? '' : ` ${name}`;
  const text = `${plan.kind}${named}${signature} { ${texts.join(' ')} }`;
  return {
    head: `{"query":${JSON.stringify(text)},"variables":`,
    variables: declared.map((definition) => definition.variable.name.value),
    valueOf: valuesFor(offer, uses),
    gathers,
    routes,
    groups,
    rowsIn: askedBy(text, null).rowsIn,
    fields: [...fields],
  };
}

type Asking = <T>(ask: (asker: Asker) => T) => T & { readonly pruned: readonly Pruned[] };

/** With paths below the field with which they begin. */
function below(pruned: readonly Pruned[]): readonly Pruned[] {
  return pruned.map(({ path, coordinates, code }) => ({
    path: path.slice(1),
    coordinates: coordinates.slice(1),
    code,
  }));
}

/** Null where the owner has no place for it is left out; anything else there, and it is not asked. */
function valuesFor({ noInput }: Offer, uses: readonly VariableUse[]): OwnerOperation['valueOf'] {
  if (uses.length === 0) return (_name, given) => given;
  const types = new Map<string, GraphQLInputType>(uses.map(({ name, type }) => [name, type]));
  return (name, given) => {
    const type = types.get(name);
    return type ? offeredValue(noInput, type, given) : given;
  };
}

function offeredDefinition(
  { source }: Plan,
  { noInput }: Offer,
  definition: VariableDefinitionNode,
): VariableDefinitionNode {
  const { defaultValue, type: node } = definition;
  const type = defaultValue && noInput.size > 0 ? typeReferred(source.schema, node) : undefined;
  if (!defaultValue || !isInputType(type)) return definition;
  return { ...definition, defaultValue: offeredDefault(noInput, type, defaultValue) };
}

function groupAsked(
  asking: Asking,
  group: WantedGroup,
  alias: string,
  variable: string,
): GroupAsked & { readonly text: string } {
  const { typeName, keyField } = group.fields;
  const selection: Selection = group.plain ? group.fields.plain : new Map();
  const key = need(selection, keyField);
  const plain = asking((asker) => asker.fields(typeName, selection, [], { add: key.add }));
  const gathers = group.gathers.map((field) => {
    const { text, check, pruned } = asking((asker) => askGathered(asker, field));
    return { field, text, check, pruned: below(pruned) };
  });
  const texts = [plain.text, ...gathers.map((gather) => gather.text)];
  return {
    text: `${alias}: _entities(representations: $${variable}) { ... on ${typeName} { ${texts.join(' ')} } }`,
    alias,
    variable,
    keyCount: plain.keys.length + gathers.length,
    keyKey: key.key,
    plain: plain.keys,
    fill: plain.fill,
    gathers,
    pruned: plain.pruned,
  };
}

/** Checks an entity's own fields; its lists are checked one by one, since each is a part of its own. */
export function checkEntity(
  group: GroupAsked,
  value: unknown,
  key: string,
  by: Answering,
): string | JsonObject {
  if (!isJsonObject(value)) return ': not an object';
  if (Object.keys(value).length !== group.keyCount) return ': other keys than were asked for';
  if (value[group.keyKey] !== key) return ': not the entity that was asked for';
  for (const { key: name, check } of group.plain) {
    const wrong = checkMember(value, name, check, by);
    if (wrong !== undefined) return wrong;
  }
  group.fill?.(value, by);
  return value;
}
