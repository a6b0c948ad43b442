/** The server under audit: its addresses, its calls as a report shows them, and what it offers. */
import { randomUUID } from 'node:crypto';
import type { Signer } from '@onenet/assertion';
import type { ActorKind } from '@onenet/contract';
import { Lists } from './lists.ts';
import { Offered } from './offered.ts';
import { Violation, shown } from './rule.ts';
import { fetchOver, type Send, type SendRequest, type SendResponse } from './send.ts';
import type { Sign } from './sign.ts';

/** Milliseconds for which one answer is waited for. */
const timeoutMs = 30_000;

/** An answer of GraphQL over HTTP, as far as it could be read. */
export interface Exchange {
  /** What was sent, for a report. */
  readonly sent: string;
  readonly status: number;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors: readonly AnsweredError[];
}

export interface AnsweredError {
  readonly message?: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface AskOptions {
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Of a mutation: e.g. `worker:audit-1`. */
  readonly actor?: string;
}

export interface ServerOptions {
  readonly graphqlUrl: string;
  readonly eventsUrl: string;
  readonly send: Send;
  readonly sign: Sign;
}

export class AuditedServer {
  readonly graphqlUrl: string;
  readonly eventsUrl: string;
  /** The platform's code: what its ids begin with. */
  readonly code: string;
  /** What `_service` answered; undefined when nothing could be read. */
  readonly sdl: string | undefined;
  readonly offered: Offered;
  /** Whether mutations may be called. */
  readonly writes: boolean;
  /** The keys of the net, if calls are signed. */
  readonly signer: Signer | undefined;
  readonly lists: Lists;
  /** Of this audit: so that it meets no key of an earlier one. Letters, since a name may hold no long number. */
  readonly run = randomUUID()
    .slice(0, 8)
    .replaceAll(/\d/g, (digit) => 'ghijklmnop'.charAt(Number(digit)));
  readonly #options: ServerOptions;

  constructor(
    options: ServerOptions,
    known: Pick<AuditedServer, 'code' | 'sdl' | 'offered' | 'writes' | 'signer'>,
  ) {
    this.#options = options;
    this.graphqlUrl = options.graphqlUrl;
    this.eventsUrl = options.eventsUrl;
    this.code = known.code;
    this.sdl = known.sdl;
    this.offered = known.offered;
    this.writes = known.writes;
    this.signer = known.signer;
    this.lists = new Lists(this);
  }

  /** One GraphQL operation, whatever comes of it. */
  async ask(query: string, options: AskOptions = {}): Promise<Exchange> {
    return await ask(this.#options, query, options);
  }

  /** The data of an operation that must succeed. */
  async data(query: string, options: AskOptions = {}): Promise<Readonly<Record<string, unknown>>> {
    const exchange = await this.ask(query, options);
    return dataOf(exchange);
  }

  /** A call of any kind, signed like the others unless `bare`. */
  async call(
    request: Omit<SendRequest, 'timeoutMs' | 'headers'> & {
      readonly headers?: Readonly<Record<string, string>>;
      readonly bare?: true;
    },
  ): Promise<SendResponse> {
    const { send, sign } = this.#options;
    const { bare, headers = {}, ...call } = request;
    const signed = bare ? {} : sign(call, undefined);
    return await send({ ...call, headers: { ...headers, ...signed }, timeoutMs });
  }

  /** `fetch` to this server, signed. */
  get fetch(): typeof fetch {
    return fetchOver((request) => this.call({ ...request, headers: request.headers }), timeoutMs);
  }

  /** An actor of a kind, of this audit's own. */
  actor(kind: ActorKind): string {
    return `${kind.toLowerCase()}:audit-${this.run}`;
  }
}

/** The first questions: what the SDL is, and whose server it is. */
export async function ask(
  { graphqlUrl, send, sign }: ServerOptions,
  query: string,
  { variables, actor }: AskOptions = {},
): Promise<Exchange> {
  const text = query.replaceAll(/\s+/g, ' ').trim();
  const body = JSON.stringify({ query: text, ...(variables && { variables }) });
  const call = { method: 'POST', url: graphqlUrl, body };
  const answer = await send({
    ...call,
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      ...(actor !== undefined && { 'onenet-actor': actor }),
      ...sign(call, actor),
    },
    timeoutMs,
  });
  const by = actor === undefined ? '' : ` by ${actor}`;
  const values = variables ? ` with ${shown(variables, 300)}` : '';
  return {
    sent: `${shown(text, 300)}${values}${by}`,
    status: answer.status,
    ...readAnswer(answer.body.toString('utf8')),
  };
}

/** The data of an exchange without errors. */
export function dataOf(exchange: Exchange): Readonly<Record<string, unknown>> {
  const { data, errors, sent } = exchange;
  if (data && errors.length === 0) return data;
  throw new Violation(sent, cameIn(exchange), 'Data without errors.');
}

/** What came, for a report. */
export function cameIn({ status, text }: Pick<Exchange, 'status' | 'text'>): string {
  return `HTTP ${status} ${shown(text)}`;
}

/** The codes of an exchange's errors. */
export function codesOf({ errors }: Exchange): readonly string[] {
  return errors.map(({ extensions }) => String(extensions?.['code']));
}

function readAnswer(text: string): Pick<Exchange, 'text' | 'data' | 'errors'> {
  try {
    const json = JSON.parse(text) as Partial<Exchange> | null;
    return {
      text,
      data: json?.data,
      errors: Array.isArray(json?.errors) ? json.errors : [],
    };
  } catch {
    return { text, data: undefined, errors: [] };
  }
}
