/** The schema that a credential sees, by introspection, and what the list of its types says. */
import { ask, type Answer, type Fetch } from '#lib/api/client.ts';
import { isRecord, UnexpectedAnswer, type Read } from '#lib/api/read.ts';
import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  type GraphQLNamedType,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';

export async function askSchema(signal: AbortSignal, fetch: Fetch): Promise<Answer<GraphQLSchema>> {
  const answer = await ask(getIntrospectionQuery(), {}, schema, signal, fetch);
  return { ...answer, problems: [] };
}

const schema: Read<GraphQLSchema> = (value, path) => {
  if (!isRecord(value) || !isRecord(value['__schema'])) {
    throw new UnexpectedAnswer(path, 'a schema', value);
  }
  // graphql-js checks what it is made of.
  return buildClientSchema(value as unknown as IntrospectionQuery);
};

/** A field, an input field, an enum value or a kind, as the docs list it. */
export interface Member {
  readonly name: string;
  /** As GraphQL writes it; null where there is none. */
  readonly type: string | null;
  /** Leads on to it. */
  readonly named: string | null;
  readonly args: readonly {
    readonly name: string;
    readonly type: string;
    readonly named: string;
  }[];
  readonly description: string | null;
}

/** What a type is made of. */
export function membersOf(of: GraphQLSchema, type: GraphQLNamedType): readonly Member[] {
  if (isObjectType(type) || isInterfaceType(type)) {
    return Object.values(type.getFields()).map(({ name, type: output, args, description }) => ({
      name,
      type: String(output),
      named: getNamedType(output).name,
      args: args.map((argument) => ({
        name: argument.name,
        type: String(argument.type),
        named: getNamedType(argument.type).name,
      })),
      description: description ?? null,
    }));
  }
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map(({ name, type: input, description }) => ({
      name,
      type: String(input),
      named: getNamedType(input).name,
      args: [],
      description: description ?? null,
    }));
  }
  if (isEnumType(type)) {
    return type.getValues().map(({ name, description }) => plain(name, null, description));
  }
  if (!isUnionType(type)) return [];
  return of.getPossibleTypes(type).map(({ name, description }) => plain(name, name, description));
}

function plain(name: string, named: string | null, description: string | null | undefined): Member {
  return { name, type: null, named, args: [], description: description ?? null };
}

/** A place in the schema that a search finds. */
export interface Found {
  readonly type: string;
  readonly field: string | null;
}

/** Types and fields whose name has the text in it; types first, at most `most`. */
export function find(of: GraphQLSchema, text: string, most: number): readonly Found[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const types = Object.values(of.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const named = types
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .map(({ name }) => ({ type: name, field: null }));
  const fields = types.flatMap((type) =>
    membersOf(of, type)
      .filter(({ name }) => `${type.name}.${name}`.toLowerCase().includes(wanted))
      .map(({ name }) => ({ type: type.name, field: name })),
  );
  return [...named, ...fields].slice(0, most);
}
