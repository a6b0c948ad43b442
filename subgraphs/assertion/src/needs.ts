/** What a GraphQL text needs of its owner: one need for each kind of field that it asks, read from the text alone and remembered. */
import { additionsScope, contractSchema, needOf, type Need } from '@onenet/contract';
import {
  Kind,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  parse,
  type DocumentNode,
  type OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';

/** A need, and the first field of the text that has it. */
export interface FieldNeed extends Need {
  readonly coordinate: string;
}

/** Why a call's needs cannot be told, or each of them once. */
export type Reading = { readonly needs: readonly FieldNeed[] } | { readonly unreadable: string };

/** Texts that are remembered, and characters of all of them: platforms are asked few, again and again. */
const mostTexts = 1_000;
const mostCharacters = 8_000_000;
const maxTokens = 50_000;

/** What a GraphQL request may have: a server that took anything else would answer what was not read here. */
const parameters: ReadonlySet<string> = new Set([
  'query',
  'operationName',
  'variables',
  'extensions',
]);

/** Reads calls, and remembers what their texts need. */
export class NeedsReader {
  /** The oldest use stands first. */
  readonly #known = new Map<string, readonly FieldNeed[] | undefined>();
  #characters = 0;

  /** What a call needs; only a POST of one JSON request can be told. */
  read(method: string, url: string, body: Uint8Array): Reading {
    if (method !== 'POST') return { unreadable: `it is ${method}, and must be POST` };
    // Servers there are that prefer the address to the body.
    if (isInAddress(url)) {
      return { unreadable: 'its request stands in the address, and must stand in the body' };
    }
    const request = requestIn(body);
    if (request === undefined) return { unreadable: 'its body is no JSON object' };
    const unknown = Object.keys(request).find((name) => !parameters.has(name));
    if (unknown !== undefined) return { unreadable: 'its body has more than a request has' };
    const { query: text } = request;
    if (typeof text !== 'string') return { unreadable: 'its body has no text of a query' };
    const needs = this.#needsOf(text);
    return needs ? { needs } : { unreadable: 'its query is no GraphQL' };
  }

  #needsOf(text: string): readonly FieldNeed[] | undefined {
    if (this.#known.has(text)) {
      const known = this.#known.get(text);
      this.#known.delete(text);
      this.#known.set(text, known);
      return known;
    }
    const needs = needsOf(text);
    this.#known.set(text, needs);
    this.#characters += text.length;
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= mostTexts && this.#characters <= mostCharacters) break;
      this.#known.delete(oldest);
      this.#characters -= oldest.length;
    }
    return needs;
  }
}

/**
 * The needs of all that stands in a text, each once; undefined when it is no GraphQL. All operations
 * and fragments count, whichever is run: who was granted what is asked has no others.
 */
export function needsOf(text: string): readonly FieldNeed[] | undefined {
  let document: DocumentNode;
  try {
    document = parse(text, { noLocation: true, maxTokens });
  } catch {
    return undefined;
  }
  const found = new Map<string, FieldNeed>();
  const walk = (set: SelectionSetNode, parent: string | undefined): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, selection.typeCondition?.name.value ?? parent);
      }
      if (selection.kind !== Kind.FIELD) continue;
      const { name, selectionSet } = selection;
      for (const need of needsOfField(parent, name.value)) {
        const key = `${need.attribute} ${need.scope}`;
        if (!found.has(key)) found.set(key, need);
      }
      if (selectionSet) walk(selectionSet, typeBelow(parent, name.value));
    }
  };
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      walk(definition.selectionSet, rootNames[definition.operation]);
    } else if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      walk(definition.selectionSet, definition.typeCondition.name.value);
    }
  }
  return [...found.values()];
}

const rootNames: Readonly<Record<`${OperationTypeNode}`, string>> = {
  query: 'Query',
  mutation: 'Mutation',
  subscription: 'Subscription',
};

/** Below an addition there are no records of the contract: the addition's own need stands for them. */
function needsOfField(parent: string | undefined, field: string): readonly FieldNeed[] {
  if (parent === undefined || field === '__typename') return [];
  const coordinate = `${parent}.${field}`;
  if (field.startsWith('__') || field === '_service') {
    // The whole schema is for the net, which reads it when it admits an owner.
    return [{ attribute: 'NOT_SHARED', scope: additionsScope, coordinate }];
  }
  if (field === '_entities' && parent === 'Query') return [];
  const schema = contractSchema();
  const type = schema.getType(parent);
  const isKnown =
    (isObjectType(type) || isInterfaceType(type)) && type.getFields()[field] !== undefined;
  if (!isKnown) return [{ attribute: 'CONDITIONAL', scope: additionsScope, coordinate }];
  const names = isAbstractType(type)
    ? schema.getPossibleTypes(type).map(({ name }) => name)
    : [parent];
  return names.flatMap((name) => {
    const need = needOf(name, field);
    return need ? [{ ...need, coordinate: `${name}.${field}` }] : [];
  });
}

function typeBelow(parent: string | undefined, field: string): string | undefined {
  const type = parent === undefined ? undefined : contractSchema().getType(parent);
  if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
  const known = type.getFields()[field];
  return known && getNamedType(known.type).name;
}

/** By the names as a server decodes them, of which some take `;` for `&`, too. */
function isInAddress(url: string): boolean {
  const given = new URLSearchParams(url.split('?').slice(1).join('&').replaceAll(';', '&'));
  return [...given.keys()].some((name) => inLowerCase.has(name.toLowerCase()));
}

const inLowerCase = new Set([...parameters].map((name) => name.toLowerCase()));

function requestIn(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const { buffer, byteOffset, byteLength } = body;
    const value: unknown = JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
