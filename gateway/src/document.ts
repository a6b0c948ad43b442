/** Step `document`: which operation is asked for, in a text that is GraphQL and keeps the reserved names free. */
import { NetError } from '@onenet/contract';
import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  parse,
  validate,
  visit,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { limits } from './limits/limits.ts';

/** Names that the net itself uses in what it asks owners for. */
const reservedPrefix = 'onenet_';
const reservedVariable = 'representations';

/** Parses a text. Ad hoc documents are allowed. */
export function parseDocument(text: string): DocumentNode {
  try {
    return parse(text, { maxTokens: limits.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (error.message.includes('tokens')) {
      throw new NetError('TOO_LARGE', `The document is over ${limits.tokens} tokens.`);
    }
    throw new DocumentRefusal([error]);
  }
}

/** Refuses names that the net itself uses. */
export function checkReservedNames(document: DocumentNode): void {
  const refuse = (name: string): never => {
    throw new NetError('BAD_REQUEST', `The name ${name} is reserved: choose another.`);
  };
  visit(document, {
    Field: ({ alias }) => {
      if (alias?.value.startsWith(reservedPrefix)) refuse(alias.value);
    },
    VariableDefinition: ({ variable: { name } }) => {
      if (name.value.startsWith(reservedPrefix) || name.value === reservedVariable) {
        refuse(`$${name.value}`);
      }
    },
    FragmentDefinition: ({ name }) => {
      if (name.value.startsWith(reservedPrefix)) refuse(name.value);
    },
  });
}

/** Chooses the operation by its name, or the only one. */
export function chooseOperation(
  document: DocumentNode,
  operationName: string | null,
): OperationDefinitionNode {
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const named = operations.filter(
    ({ name }) => operationName === null || name?.value === operationName,
  );
  const [operation, second] = named;
  if (operation && !second) {
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return operation;
    throw new NetError('BAD_REQUEST', 'There are no subscriptions: changes are told by /live.');
  }
  throw new NetError(
    'BAD_REQUEST',
    operations.length === 0
      ? 'The document has no operation.'
      : operationName === null
        ? 'The document has several operations: say which by `operationName`.'
        : `The document has no operation ${operationName}.`,
  );
}

/** Checks a document against the schema, before anything is changed in it. */
export function checkValid(schema: GraphQLSchema, document: DocumentNode): void {
  // Below a root that is not there, validation has nothing to check, and says nothing.
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { operation } = definition;
    if (!schema.getRootType(operation)) {
      throw new NetError('BAD_REQUEST', `The schema has no ${operation}.`);
    }
  }
  const errors = validate(schema, document, undefined, { maxErrors: 20 });
  if (errors.length > 0) throw new DocumentRefusal(errors);
}

/** Faults of a document, each with its place in the text. */
export class DocumentRefusal extends NetError {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super('BAD_REQUEST', errors[0]?.message);
    this.errors = errors;
  }
}
