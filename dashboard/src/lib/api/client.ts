/** Asks the gateway that served this page, by GraphQL over HTTP. */
import { at } from '../address.ts';
import { isRecord, UnexpectedAnswer, type Read } from './read.ts';
import { Turns } from './turns.ts';

/** Whose fault it is that there is no answer, as far as it matters for what to do now. */
export type ProblemKind = 'offline' | 'unavailable' | 'signIn' | 'refused' | 'unexpected';

/** Why a part has no answer, or not a whole one. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  /** From the net's table of codes; null where the net was not reached. */
  readonly code: string | null;

  constructor(kind: ProblemKind, code: string | null, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.code = code;
  }
}

/** Data as far as it came, and what did not. */
export interface Answer<T> {
  readonly data: T;
  /** Errors beside the data: parts of it are null. */
  readonly problems: readonly Problem[];
  /** What was asked for it, as {@link questionOf} writes it. */
  readonly questions?: readonly string[];
}

export type Fetch = typeof globalThis.fetch;

let admitted: Promise<boolean> = Promise.resolve(true);

/** From now on nothing is asked as this visitor before it is known whether they may. */
export function askWhenAdmitted(known: Promise<boolean>): void {
  admitted = known;
}

/** Whether this visitor may ask: a browser would show each refusal in red. */
export function mayAsk(): Promise<boolean> {
  return admitted;
}

/** As the visitor: refused here, in the words of the net, where the net would. */
export const visitorFetch: Fetch = async (input, init) => {
  if (await admitted) return globalThis.fetch(input, init);
  const extensions = { code: 'CREDENTIALS_REQUIRED' };
  return Response.json(
    { errors: [{ message: 'nobody is signed in', extensions }] },
    { status: 401 },
  );
};

/** A page's questions come one after another, its figures first: all at once would each wait for all. */
const turns = new Turns();

/** The gateway gives every answer up after 30 seconds: what takes longer is lost on the way. */
export const patienceMs = 40_000;

/**
 * What analytics is given for an answer, milliseconds. Longer than what is gathered, of which a platform that hangs
 * costs as much each time: figures that come late are better than none, and are computed once.
 */
const analyticsMs = 10_000;

/** One operation of analytics alone; as `ask`. */
export function askAnalytics<T>(
  document: string,
  variables: Readonly<Record<string, unknown>>,
  read: Read<T>,
  signal: AbortSignal,
): Promise<Answer<T>> {
  return ask(document, variables, read, signal, visitorFetch, { deadlineMs: analyticsMs });
}

/** One operation. Throws {@link Problem} when `read` finds nothing that it can use. */
export async function ask<T>(
  document: string,
  variables: Readonly<Record<string, unknown>>,
  read: Read<T>,
  signal: AbortSignal,
  fetch: Fetch = visitorFetch,
  /** What the gateway is asked for beside the answer: its `extensions.onenet`. */
  onenet?: { readonly deadlineMs: number },
): Promise<Answer<T>> {
  const request = { query: document, variables, ...(onenet && { extensions: { onenet } }) };
  const body = await turns.take(() => post(request, signal, fetch), signal);
  const problems = readProblems(body['errors']);
  try {
    const questions = [questionOf(document, variables)];
    return { data: read(body['data'], 'data'), problems, questions };
  } catch (cause) {
    if (!(cause instanceof UnexpectedAnswer)) throw cause;
    throw problems[0] ?? new Problem('unexpected', null, cause.message, { cause });
  }
}

/** The operation's name and its variables: of whoever asks the same, the answer can be compared with what is shown. */
function questionOf(document: string, variables: Readonly<Record<string, unknown>>): string {
  return `${/query (\w+)/.exec(document)?.[1] ?? ''} ${JSON.stringify(variables)}`;
}

async function post(
  request: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
  fetch: Fetch,
): Promise<Readonly<Record<string, unknown>>> {
  // Not AbortSignal.any and .timeout: Chrome 87 has neither.
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const patience = setTimeout(stop, patienceMs);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    const response = await fetch(at('/graphql'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(request),
      signal: controller.signal,
    });
    const body = parsed(await response.text());
    // A refused request also has a body with errors: it says more than the status does.
    if (isRecord(body) && ('data' in body || 'errors' in body)) return body;
    throw new Problem('unavailable', null, `HTTP ${response.status} without an answer`);
  } catch (cause) {
    if (signal.aborted || cause instanceof Problem) throw cause;
    throw new Problem('offline', null, 'the gateway cannot be reached', { cause });
  } finally {
    clearTimeout(patience);
    signal.removeEventListener('abort', stop);
  }
}

/** Null where it is no JSON: of a proxy, say. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function readProblems(errors: unknown): Problem[] {
  if (!Array.isArray(errors)) return [];
  return errors.filter(isRecord).map((error) => {
    const extensions = isRecord(error['extensions']) ? error['extensions'] : {};
    const code = typeof extensions['code'] === 'string' ? extensions['code'] : null;
    const message = typeof error['message'] === 'string' ? error['message'] : '';
    return new Problem(kindOf(code), code, message);
  });
}

function kindOf(code: string | null): ProblemKind {
  switch (code) {
    case 'UNAVAILABLE':
    case 'OWNER_FAILED':
    case 'NOBODY_ANSWERED':
    case 'INCOMPLETE':
      return 'unavailable';
    case 'CREDENTIALS_REQUIRED':
    case 'CREDENTIALS_INVALID':
      return 'signIn';
    case 'SCOPE_REQUIRED':
    case 'NOT_ALLOWED':
    case 'REFUSED':
      return 'refused';
    case null:
    default:
      return 'unexpected';
  }
}
