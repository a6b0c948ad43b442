/** A registered document: a text that clients ask by its name or its hash. Every version is kept. */
import { NetError, documentHash, isDocumentName } from '@onenet/contract';
import type { NetDocument } from '@onenet/contract';
import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  buildASTSchema,
  parse,
  validate,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import type { Who } from '../registry/entry.ts';

export interface DocumentVersion extends NetDocument {
  /** `<name>@<version>`. */
  readonly _id: string;
  readonly status: 'ACTIVE' | 'RETIRED';
  readonly at: Date;
  readonly by: Who;
  readonly retiredAt: Date | null;
}

/** What is registered. */
export type NewDocument = Omit<NetDocument, 'version' | 'hash'>;

/** As large as an answer of the directory bears, some hundred times. */
export const maxTextLength = 20_000;

/** Of the directory's snapshot. */
export function netDocumentOf(document: DocumentVersion): NetDocument {
  const { name, version, hash, text, clients, description, descriptionEn } = document;
  return { name, version, hash, text, clients, description, descriptionEn };
}

/** A version that is in force from now on. */
export function versionOf(document: NewDocument, version: number, by: Who): DocumentVersion {
  return {
    _id: `${document.name}@${version}`,
    ...document,
    version,
    hash: documentHash(document.text),
    status: 'ACTIVE',
    at: new Date(),
    by,
    retiredAt: null,
  };
}

export function checkName(name: string): void {
  if (isDocumentName(name)) return;
  throw wrong('`name` is 2 to 63 small letters, digits and -, and begins with a letter.');
}

/** Refuses what the net could not answer: a document has one operation, and is valid against the supergraph. */
export function checkText(text: string, supergraph: string): void {
  if (text.length > maxTextLength) throw wrong(`\`text\` is longer than ${maxTextLength}.`);
  const document = parsed(text);
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const [operation, second] = operations;
  if (!operation || second) throw wrong(`\`text\` has ${operations.length} operations, not one.`);
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
    throw wrong('`text` is a subscription, and there are none.');
  }
  const errors = validate(schemaOf(supergraph), document, undefined, { maxErrors: 5 });
  if (errors.length > 0) throw wrong(errors.map(shown).join(' '));
}

function parsed(text: string): DocumentNode {
  try {
    return parse(text, { maxTokens: 5000 });
  } catch (error) {
    if (error instanceof GraphQLError) throw wrong(shown(error));
    throw error;
  }
}

let last: { readonly supergraph: string; readonly schema: GraphQLSchema } | undefined;

function schemaOf(supergraph: string): GraphQLSchema {
  if (last?.supergraph !== supergraph) {
    const schema = buildASTSchema(parse(supergraph), { assumeValid: true });
    last = { supergraph, schema };
  }
  return last.schema;
}

function shown({ message, locations }: GraphQLError): string {
  const [at] = locations ?? [];
  return at ? `\`text\` (${at.line}:${at.column}): ${message}` : `\`text\`: ${message}`;
}

function wrong(message: string): NetError {
  return new NetError('BAD_INPUT', message);
}
