/** An SDL as its types: definitions and extensions in one, directives under Federation's own names. */
import {
  Kind,
  print,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type TypeNode as TypeReference,
} from 'graphql';
import { DirectiveNames } from '../additions/directives.ts';
import { Findings } from '../additions/finding.ts';
import { groupByType, type TypeNode } from '../additions/reading.ts';

const kinds = {
  [Kind.OBJECT_TYPE_DEFINITION]: 'type',
  [Kind.OBJECT_TYPE_EXTENSION]: 'type',
  [Kind.INTERFACE_TYPE_DEFINITION]: 'interface',
  [Kind.INTERFACE_TYPE_EXTENSION]: 'interface',
  [Kind.UNION_TYPE_DEFINITION]: 'union',
  [Kind.UNION_TYPE_EXTENSION]: 'union',
  [Kind.ENUM_TYPE_DEFINITION]: 'enum',
  [Kind.ENUM_TYPE_EXTENSION]: 'enum',
  [Kind.INPUT_OBJECT_TYPE_DEFINITION]: 'input',
  [Kind.INPUT_OBJECT_TYPE_EXTENSION]: 'input',
  [Kind.SCALAR_TYPE_DEFINITION]: 'scalar',
  [Kind.SCALAR_TYPE_EXTENSION]: 'scalar',
} as const;

/** As the keyword in the SDL. */
export type SdlKind = (typeof kinds)[keyof typeof kinds];

export interface SdlType {
  readonly name: string;
  readonly kind: SdlKind;
  /** The first of its definitions and extensions. */
  readonly node: TypeNode;
  readonly directives: readonly SdlDirective[];
  /** Of an object or interface. */
  readonly interfaces: ReadonlySet<string>;
  /** Of a union. */
  readonly unites: ReadonlySet<string>;
  /** Fields, input fields or enum values. */
  readonly members: ReadonlyMap<string, SdlMember>;
  /** Members that stand in it more than once. */
  readonly repeated: readonly SdlMember[];
}

export interface SdlMember {
  /** Schema coordinate. */
  readonly coordinate: string;
  readonly node: FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode;
  /** Null for an enum value. */
  readonly type: TypeReference | null;
  readonly defaultValue: string | null;
  readonly directives: readonly SdlDirective[];
  /** Of an output field. */
  readonly args: ReadonlyMap<string, SdlMember>;
}

/** A directive where it stands, with the values of its arguments. */
export interface SdlDirective {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly node: ConstDirectiveNode;
}

/** Everything that a document says of types, by name. */
export function sdlTypes(document: DocumentNode): ReadonlyMap<string, SdlType> {
  // What is wrong with its links is found where additions are read.
  const names = new DirectiveNames(document, new Findings());
  const types = [...groupByType(document)].map(([name, nodes]) => [
    name,
    readType(name, nodes, names),
  ]);
  return new Map(types as [string, SdlType][]);
}

function readType(name: string, nodes: readonly TypeNode[], names: DirectiveNames): SdlType {
  const [node] = nodes;
  if (!node) throw new Error(`${name} has no definition.`);
  const members = new Map<string, SdlMember>();
  const repeated: SdlMember[] = [];
  for (const each of nodes.flatMap(memberNodes)) {
    const member = readMember(`${name}.${each.name.value}`, each, names);
    if (members.has(each.name.value)) repeated.push(member);
    else members.set(each.name.value, member);
  }
  return {
    name,
    kind: kinds[node.kind],
    node,
    directives: nodes.flatMap((each) => readDirectives(each.directives, names)),
    interfaces: new Set(
      nodes.flatMap((each) => ('interfaces' in each ? (each.interfaces ?? []) : [])).map(nameOf),
    ),
    unites: new Set(
      nodes.flatMap((each) => ('types' in each ? (each.types ?? []) : [])).map(nameOf),
    ),
    members,
    repeated,
  };
}

function memberNodes(node: TypeNode): readonly SdlMember['node'][] {
  if ('fields' in node) return node.fields ?? [];
  return 'values' in node ? (node.values ?? []) : [];
}

function readMember(coordinate: string, node: SdlMember['node'], names: DirectiveNames): SdlMember {
  const args = node.kind === Kind.FIELD_DEFINITION ? (node.arguments ?? []) : [];
  const hasDefault = node.kind === Kind.INPUT_VALUE_DEFINITION && node.defaultValue;
  return {
    coordinate,
    node,
    type: node.kind === Kind.ENUM_VALUE_DEFINITION ? null : node.type,
    defaultValue: hasDefault ? print(hasDefault) : null,
    directives: readDirectives(node.directives, names),
    args: new Map(
      args.map((argument) => [
        argument.name.value,
        readMember(`${coordinate}(${argument.name.value}:)`, argument, names),
      ]),
    ),
  };
}

function readDirectives(
  nodes: readonly ConstDirectiveNode[] | undefined,
  names: DirectiveNames,
): readonly SdlDirective[] {
  return (nodes ?? []).map((node) => ({
    name: names.of(node),
    args: Object.fromEntries(
      (node.arguments ?? []).map(({ name, value }) => [name.value, plain(value)]),
    ),
    node,
  }));
}

function plain(value: ConstValueNode): unknown {
  return valueFromASTUntyped(value);
}

function nameOf({ name }: { readonly name: { readonly value: string } }): string {
  return name.value;
}
