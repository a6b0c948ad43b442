/** What the registered documents are as REST: an OpenAPI 3.1 description, made from their texts and the schema. */
import { errorCodes, scopeNames, type NetDocument } from '@onenet/contract';
import { OperationTypeNode, parse, validate, type GraphQLSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { chooseOperation } from '../document.ts';
import { exportPaths, exportSchemas } from '../exports/openapi.ts';
import { dataSchema, inputSchema, type JsonSchema } from './json-schema.ts';
import { tableOf } from './table.ts';
import { parametersOf, variablesOf } from './variables.ts';

const envelope = JSON.parse(
  readFileSync(new URL('../envelope.v1.schema.json', import.meta.url), 'utf8'),
) as JsonSchema & { readonly $defs: Readonly<Record<string, JsonSchema>> };

/** The description of these documents; of several versions of a name, the newest has the name alone. */
export function openApi(documents: readonly NetDocument[], schema: GraphQLSchema): object {
  const components = new Map<string, JsonSchema>();
  const newest = new Map(documents.map((document) => [document.name, document]));
  const paths = documents.flatMap((document): [string, object][] => {
    // One that the newest supergraph no longer answers.
    if (validate(schema, parse(document.text)).length > 0) return [];
    const { name, version } = document;
    const path = pathItem(document, schema, components);
    const versioned = withIds(path, `${name}-${version}`);
    const isNewest = newest.get(name) === document;
    return [
      ...(isNewest ? [[`/q/${name}`, withIds(path, name)] satisfies [string, object]] : []),
      [`/q/${name}@${version}`, versioned],
    ];
  });
  return {
    openapi: '3.1.0',
    info: {
      title: 'OneNet 一张网',
      version: '1',
      description:
        'Registered documents of the net. 已登记的查询：每个既可用 GraphQL 的 documentId，也可在此按名称调用。',
    },
    servers: [{ url: '/' }],
    security: [{ clientCredentials: [] }],
    paths: { ...Object.fromEntries(paths), ...exportPaths },
    components: {
      securitySchemes: {
        clientCredentials: {
          type: 'oauth2',
          flows: {
            clientCredentials: {
              tokenUrl: '/oauth/token',
              scopes: Object.fromEntries(scopeNames().map((scope) => [scope, scope])),
            },
          },
        },
      },
      schemas: {
        ...Object.fromEntries(components),
        Completeness: completeness(),
        Error: errorSchema,
        ...exportSchemas,
        Refusal: {
          type: 'object',
          required: ['data', 'completeness', 'errors'],
          properties: {
            data: {},
            completeness: { $ref: '#/components/schemas/Completeness' },
            errors: { type: 'array', items: { $ref: '#/components/schemas/Error' } },
          },
        },
      },
      responses: Object.fromEntries(
        refusals.map(([, name, description]) => [name, refused(description)]),
      ),
    },
  };
}

interface PathItem {
  readonly get?: object;
  readonly post: object;
}

function pathItem(
  { text, description, descriptionEn }: NetDocument,
  schema: GraphQLSchema,
  components: Map<string, JsonSchema>,
): PathItem {
  const document = parse(text);
  const operation = chooseOperation(document, null);
  const variables = variablesOf(schema, operation);
  const required = variables.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  const common = {
    summary: descriptionEn,
    description,
    responses: responses(
      dataSchema(schema, document, operation),
      tableOf(schema, document, operation) !== undefined,
    ),
  };
  const body = {
    type: 'object',
    properties: Object.fromEntries(
      variables.map(({ name, type }) => [name, inputSchema(type, components)]),
    ),
    ...(required.length > 0 && { required }),
  };
  const post = {
    ...common,
    requestBody: { required: true, content: { 'application/json': { schema: body } } },
  };
  if (operation.operation !== OperationTypeNode.QUERY) return { post };
  const parameters = parametersOf(schema, operation).map((parameter) => ({
    name: parameter.name,
    in: 'query',
    required: parameter.isRequired,
    ...(parameter.description !== undefined && { description: parameter.description }),
    schema: inputSchema(parameter.type, components),
  }));
  const format = { name: 'format', in: 'query', schema: { enum: ['json', 'csv'] } };
  return { get: { ...common, parameters: [...parameters, ...demands, format] }, post };
}

/** Every operation has an id of its own. */
function withIds(path: PathItem, id: string): object {
  return Object.fromEntries(
    Object.entries(path).map(([method, operation]) => [
      method,
      { operationId: `${method}-${id}`, ...operation },
    ]),
  );
}

const demands = [
  {
    name: 'onenet-completeness',
    in: 'header',
    description: 'How complete the answer must be.',
    schema: { enum: ['ALL', 'QUORUM', 'BEST_EFFORT'], default: 'BEST_EFFORT' },
  },
  {
    name: 'onenet-deadline',
    in: 'header',
    description: 'Milliseconds.',
    schema: { type: 'integer', minimum: 1, maximum: 30_000 },
  },
];

const refusals = [
  [400, 'BadRequest', 'A parameter is not valid, or the request is over a limit.'],
  [401, 'Unauthorized', 'The call needs credentials that hold.'],
  [403, 'Forbidden', 'The caller may not ask this.'],
  [404, 'NotFound', 'There is no such document, or no such record.'],
  [406, 'NotAcceptable', 'The answer has no such form.'],
  [413, 'TooLarge', 'The request is over a limit.'],
  [429, 'TooMany', 'The client asks more often than it may: see Retry-After and RateLimit.'],
  [500, 'Internal', 'An unexpected error; the incident id leads to its cause.'],
  [502, 'OwnerFailed', 'No owner answered.'],
  [503, 'Unavailable', 'A part of the net is not available right now.'],
] as const;

function responses(data: JsonSchema, hasCsv: boolean): object {
  const answer = {
    type: 'object',
    required: ['data', 'completeness'],
    properties: {
      data,
      completeness: { $ref: '#/components/schemas/Completeness' },
      page: { type: 'object', description: "The list's pageInfo, where the document asks for it." },
      errors: { type: 'array', items: { $ref: '#/components/schemas/Error' } },
    },
  };
  const ok = {
    description: 'The answer, and how complete it is.',
    content: {
      'application/json': { schema: answer },
      ...(hasCsv && { 'text/csv': { schema: { type: 'string' } } }),
    },
  };
  const others = refusals.map(([status, name]) => [
    status,
    { $ref: `#/components/responses/${name}` },
  ]);
  return { 200: ok, ...Object.fromEntries(others) };
}

function refused(description: string): object {
  const schema = { $ref: '#/components/schemas/Refusal' };
  return { description, content: { 'application/json': { schema } } };
}

const errorSchema: JsonSchema = {
  type: 'object',
  required: ['message', 'extensions'],
  properties: {
    message: { type: 'string' },
    path: { type: 'array', items: { type: ['string', 'integer'] } },
    extensions: {
      type: 'object',
      required: ['code'],
      properties: { code: { enum: Object.keys(errorCodes) } },
    },
  },
};

/** The envelope's schema, whose own definitions stand inside it. */
function completeness(): JsonSchema {
  const { $schema: _schema, $id: _id, $defs, ...schema } = envelope;
  const text = JSON.stringify(schema).replaceAll(
    '#/$defs/',
    '#/components/schemas/Completeness/$defs/',
  );
  const defs = JSON.stringify($defs).replaceAll(
    '#/$defs/',
    '#/components/schemas/Completeness/$defs/',
  );
  return { ...(JSON.parse(text) as JsonSchema), $defs: JSON.parse(defs) as JsonSchema };
}
