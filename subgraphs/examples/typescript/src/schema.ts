/** The schema: the contract's text as it is, and beside it what Apollo Federation asks of every subgraph. */
import { createSchema } from 'graphql-yoga';
import type { Context, Row } from './context.ts';
import { badInput } from './errors.ts';
import { records, resolvers } from './resolvers.ts';

/** What the contract's text uses and Federation's libraries would define. */
function machinery(entities: readonly string[]): string {
  return `
directive @link(url: String!, import: [String!]) repeatable on SCHEMA
directive @key(fields: String!) repeatable on OBJECT | INTERFACE
directive @shareable on OBJECT | FIELD_DEFINITION
directive @tag(name: String!) repeatable on FIELD_DEFINITION
directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION

scalar _Any
union _Entity = ${entities.join(' | ')}
type _Service { sdl: String! }
extend type Query {
  _service: _Service!
  _entities(representations: [_Any!]!): [_Entity]!
}
`;
}

type Representation = Readonly<Record<string, unknown>>;

/** `contract` is the SDL as `./onenet contract sdl` prints it. */
export function makeSchema(contract: string) {
  const offered = Object.keys(records).filter((name) => contract.includes(`type ${name} `));
  const entities = ['Platform', 'Division', ...offered];
  return createSchema<Context>({
    typeDefs: [contract, machinery(entities)],
    // Those of modules that the contract's text does not have are left out.
    resolverValidationOptions: { requireResolversToMatchSchema: 'ignore' },
    resolvers: {
      ...resolvers,
      Query: {
        ...resolvers.Query,
        _service: () => ({ sdl: contract }),
        _entities: (
          _root: unknown,
          { representations }: { readonly representations: readonly Representation[] },
          context: Context,
        ) => representations.map((each) => find(context, each)),
      },
      _Entity: { __resolveType: (found: Row) => String(found['__typename']) },
    },
  });
}

/** One entity by its key; null when it is not ours. */
async function find(context: Context, representation: Representation): Promise<Row | null> {
  const { __typename: typename, id, code } = representation;
  const { platform } = context;
  const view = Object.hasOwn(records, String(typename)) ? records[String(typename)] : undefined;
  if (view !== undefined) {
    const found = (await context.records(view).get(String(id))) as Row | undefined;
    return found ? { ...found, __typename: typename } : null;
  }
  const entity = { __typename: typename, code };
  // Another platform's lists are that platform's to answer.
  if (typename === 'Platform') return code === platform.code ? entity : null;
  if (typename === 'Division') return platform.divisions.has(String(code)) ? entity : null;
  throw badInput(
    `\`_entities\`: there is no entity ${JSON.stringify(typename) ?? 'without a name'}.`,
  );
}
