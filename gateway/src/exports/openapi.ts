/** What `/exports` takes and gives, for the OpenAPI description at /q. */
import { exportFormats } from './job.ts';

const error = (status: string, description: string): object => ({
  [status]: {
    description,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: {
            errors: { type: 'array', items: { $ref: '#/components/schemas/Error' } },
          },
        },
      },
    },
  },
});

const refused = {
  401: { $ref: '#/components/responses/Unauthorized' },
  429: { $ref: '#/components/responses/TooMany' },
  503: { $ref: '#/components/responses/Unavailable' },
};
const unknown = error('404', 'There is no such export of this client.');

const answer = (description: string, schema: object): object => ({
  description,
  content: { 'application/json': { schema } },
});
const job = { $ref: '#/components/schemas/Export' };

const id = {
  name: 'id',
  in: 'path',
  required: true,
  description:
    'The last part of `location`; but for the rows, the `id` that the list tells will do.',
  schema: { type: 'string' },
};

/** The paths. */
export const exportPaths = {
  '/exports': {
    post: {
      operationId: 'make-export',
      summary: 'Makes an export: one list over the owners, from its first row to its last.',
      description: '导出大结果：一个跨平台列表，从第一行到最后一行。',
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/ExportOrder' } } },
      },
      responses: {
        202: {
          ...answer('It is made; `location` is its address, told once.', job),
          headers: { location: { schema: { type: 'string', format: 'uri-reference' } } },
        },
        ...error('400', 'It cannot be exported: the error says why. Nobody was asked.'),
        ...refused,
      },
    },
    get: {
      operationId: 'list-exports',
      summary: "The client's exports.",
      responses: {
        200: answer('The newest first.', {
          type: 'object',
          properties: { exports: { type: 'array', items: job } },
        }),
        ...refused,
      },
    },
  },
  '/exports/{id}': {
    parameters: [id],
    get: {
      operationId: 'get-export',
      summary: 'How far an export is.',
      responses: { 200: answer('Its state.', job), ...unknown, ...refused },
    },
    delete: {
      operationId: 'end-export',
      summary: 'Ends an export, and a stream of its rows.',
      responses: { 204: { description: 'It is no more.' }, ...unknown, ...refused },
    },
  },
  '/exports/{id}/rows': {
    parameters: [id],
    get: {
      operationId: 'read-export',
      summary: 'The rows, at the pace at which they are read.',
      description:
        'Each row has its cursor. The last line says how complete they are; without it, and where the body breaks off, they are not whole: go on behind the last row that was kept.',
      parameters: [
        {
          name: 'after',
          in: 'query',
          description: "A row's cursor, or `after` of a last line; absent: from the first row.",
          schema: { type: 'string' },
        },
      ],
      responses: {
        200: {
          description: 'In the format that the export was made with.',
          content: {
            'application/x-ndjson': { schema: { $ref: '#/components/schemas/ExportLine' } },
            'text/csv': { schema: { type: 'string' } },
          },
        },
        ...error('400', 'The cursor is none of this export.'),
        ...error('403', 'The export was made for another purpose, or person.'),
        ...unknown,
        ...refused,
      },
    },
  },
};

const absences = {
  type: 'array',
  items: {
    type: 'object',
    properties: { platform: { type: 'string' }, reason: { type: 'string' } },
  },
};
const rowErrors = {
  type: 'array',
  description: 'Why something is null in rows.',
  items: { type: 'object', properties: { code: { type: 'string' }, path: { type: 'string' } } },
};
const state = { enum: ['READY', 'RUNNING', 'DONE', 'FAILED'] };
const rows = { type: 'integer', description: 'How many were given, up to this one.' };
const total = { type: ['integer', 'null'], description: 'Null where it is not known.' };
const nullableText = { type: ['string', 'null'] };

/** What they name. */
export const exportSchemas = {
  ExportOrder: {
    type: 'object',
    description: 'A registered document, or the text of one for who may ask ad hoc.',
    properties: {
      documentId: { type: 'string' },
      query: { type: 'string' },
      operationName: nullableText,
      variables: { type: 'object' },
      format: { enum: exportFormats, default: 'ndjson' },
    },
    additionalProperties: false,
  },
  Export: {
    type: 'object',
    required: ['id', 'state', 'format', 'rows', 'complete'],
    properties: {
      id: { type: 'string', description: 'Begins the request ids of its pages, in records too.' },
      state,
      operation: nullableText,
      document: nullableText,
      format: { enum: exportFormats },
      purpose: nullableText,
      onBehalfOf: nullableText,
      rows,
      total,
      complete: { type: 'boolean' },
      completeness: {
        type: ['object', 'null'],
        properties: {
          asked: { type: 'integer' },
          notAsked: absences,
          missing: absences,
          partial: { type: 'array', items: { type: 'object' } },
        },
      },
      errors: rowErrors,
      createdAt: { type: 'string', format: 'date-time' },
      updatedAt: { type: 'string', format: 'date-time' },
      expiresAt: { type: 'string', format: 'date-time' },
      rowsUrl: { type: 'string', description: 'Told at its address alone.' },
    },
  },
  ExportLine: {
    oneOf: [
      {
        type: 'object',
        required: ['cursor', 'node'],
        properties: { cursor: { type: 'string' }, node: { type: 'object' } },
      },
      {
        type: 'object',
        required: ['end'],
        properties: {
          end: {
            type: 'object',
            required: ['state', 'complete', 'rows', 'after'],
            properties: {
              state,
              complete: { type: 'boolean' },
              rows,
              total,
              asked: { type: 'integer' },
              answered: { type: 'integer' },
              notAsked: absences,
              missing: absences,
              partial: { type: 'array', items: { type: 'object' } },
              errors: rowErrors,
              after: nullableText,
              error: {
                type: 'object',
                description: 'Why it broke off.',
                properties: { message: { type: 'string' }, code: { type: 'string' } },
              },
            },
          },
        },
      },
    ],
  },
};
