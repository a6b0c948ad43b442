/** One page of an export, asked as the client would ask it itself: token, scopes, grants, quota, cost and record. */
import { maxPageSize } from '@onenet/contract';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { maxDeadlineMs } from '../caller.ts';
import type { GatheredReport } from '../context.ts';
import { resolveDocument } from '../documents/documents.ts';
import { parseDocument } from '../document.ts';
import type { Surroundings } from '../form.ts';
import { isObject, type AskedParams, type GraphQLParams } from '../http-request.ts';
import { checkCost } from '../limits/cost.ts';
import { limits } from '../limits/limits.ts';
import { checkRows } from '../limits/rows.ts';
import {
  callerRequest,
  carryOut,
  type Call,
  type Outcome,
  type PipelineOptions,
} from '../pipeline.ts';
import { exportable, type Exportable } from './operation.ts';

/** What an export asks, as its client wrote it. */
export type AskedOperation = Omit<AskedParams, 'extensions'>;

/** A page as it came. */
export interface AskedPage {
  readonly outcome: Outcome;
  /** Undefined where there is none: the outcome's answer says why. */
  readonly connection: Connection | undefined;
  /** How complete the page is; undefined where nobody was asked. */
  readonly report: GatheredReport | undefined;
  readonly columns: Exportable['columns'];
}

export interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: unknown }[];
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
  readonly totalCount: number | null;
}

/** A page that is wanted. */
export interface Wanted {
  /** The net's cursor; null for the first page. */
  readonly cursor: string | null;
  readonly withTotal: boolean;
  readonly requestId: string;
}

/** Asks for the pages of one export, on behalf of one request of its client. */
export class PageAsker {
  readonly #asked: AskedOperation;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #options: PipelineOptions;
  /** What was made ready last, as long as the schema and the access are the same. */
  #ready: { readonly schema: unknown; readonly operation: Exportable } | undefined;

  constructor(
    asked: AskedOperation,
    request: IncomingMessage,
    response: ServerResponse,
    options: PipelineOptions,
  ) {
    this.#asked = asked;
    this.#request = request;
    this.#response = response;
    this.#options = options;
  }

  async ask(wanted: Wanted): Promise<AskedPage> {
    const call: Call = {
      // A page is asked by the exporter: for a session that counts as POST, of the net's own pages alone.
      from: { ...callerRequest(this.#request), method: 'POST' },
      requestId: wanted.requestId,
      read: async (around) => this.#params(around, wanted),
    };
    // A stream holds one page, however slowly it is read.
    using outcome = await carryOut(call, this.#response, this.#options);
    const { path = [], columns = [] } = this.#ready?.operation ?? {};
    const { data, extensions } = outcome.answer;
    return {
      outcome,
      connection: connectionOf(path.reduce<unknown>(memberOf, data)),
      report: extensions.onenet.gathered[0],
      columns,
    };
  }

  /** Also what was registered may be taken back while rows are given. */
  #params(around: Surroundings, { cursor, withTotal }: Wanted): GraphQLParams {
    const params = resolveDocument({ ...this.#asked, extensions: {} }, around.net, around.known);
    const schema = around.generation.schemaOf(around.known.access);
    if (this.#ready?.schema !== schema) {
      this.#ready = { schema, operation: readyOperation(params, around) };
    }
    // Nobody waits before a screen: an owner has as long as the net gives it.
    const isGiven = this.#request.headers['onenet-deadline'] !== undefined;
    const extensions = isGiven ? {} : { onenet: { deadlineMs: maxDeadlineMs } };
    return pageParams(this.#ready.operation, params, around, { cursor, withTotal }, extensions);
  }
}

/** Makes an operation ready, as the caller may ask it; one that it may not is refused. */
export function readyOperation(
  params: GraphQLParams,
  { generation, known }: Surroundings,
): Exportable {
  // As it is written: what is wrong with it is told by its own places.
  generation.prepare(known.access, params);
  const { query, operationName, variables } = params;
  const schema = generation.schemaOf(known.access);
  return exportable(schema, parseDocument(query), operationName, variables);
}

/** The request for a page: as many rows as the limits of rows and cost allow. */
export function pageParams(
  { query, operationName, paging }: Exportable,
  params: GraphQLParams,
  { generation, known, net }: Surroundings,
  { cursor, withTotal }: Pick<Wanted, 'cursor' | 'withTotal'>,
  extensions: GraphQLParams['extensions'] = {},
): GraphQLParams {
  const sized = (size: number): GraphQLParams => {
    const own = { [paging.first]: size, [paging.after]: cursor, [paging.total]: withTotal };
    return { query, operationName, variables: { ...params.variables, ...own }, extensions };
  };
  const { lists, cost } = generation.prepare(known.access, sized(maxPageSize));
  const check = ({ variables }: GraphQLParams): void => {
    checkRows(lists, variables);
    checkCost(cost(variables, net), limits.cost);
  };
  for (let size = maxPageSize; ; size = Math.floor(size / 2)) {
    const page = sized(size);
    try {
      check(page);
      return page;
    } catch (error) {
      if (size === 1) throw error;
    }
  }
}

function connectionOf(value: unknown): Connection | undefined {
  if (!isObject(value)) return undefined;
  const { edges, pageInfo, totalCount } = value;
  if (!Array.isArray(edges) || !isObject(pageInfo)) return undefined;
  const { hasNextPage, endCursor } = pageInfo;
  return {
    edges: edges as Connection['edges'],
    hasNextPage: hasNextPage === true,
    endCursor: typeof endCursor === 'string' ? endCursor : null,
    totalCount: typeof totalCount === 'number' ? totalCount : null,
  };
}

function memberOf(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
