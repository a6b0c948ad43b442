/** Sessions of people: the province is asked whose a cookie is, and its answer holds for a second. */
import { provinceCode, signCall, type Signer } from '@onenet/assertion';
import { localCaller, type Caller } from '@onenet/contract';
import { hash } from 'node:crypto';
import type { Logger } from 'pino';
import { request, type Dispatcher } from 'undici';
import { isObject } from '../http-request.ts';
import { cannotTell } from './refusal.ts';

export interface SessionsOptions {
  /** Base URL. */
  readonly provinceUrl: string;
  readonly dispatcher: Dispatcher;
  /** Without it the province must believe this machine. */
  readonly signer: Signer | undefined;
  readonly log: Logger;
}

const keptMs = 1_000;
const mostKept = 10_000;
const timeoutMs = 3_000;

interface Kept {
  readonly until: number;
  readonly caller: Promise<Caller | undefined>;
}

export class Sessions {
  readonly #options: SessionsOptions;
  /** By the cookie's hash, the oldest first. */
  readonly #kept = new Map<string, Kept>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Whose session a cookie's value is; undefined when it is nobody's (any more). */
  callerOf(cookie: string): Promise<Caller | undefined> {
    const key = hash('sha256', cookie, 'hex');
    const known = this.#kept.get(key);
    if (known && known.until > performance.now()) return known.caller;
    const caller = this.#ask(key);
    this.#kept.delete(key);
    this.#kept.set(key, { until: performance.now() + keptMs, caller });
    caller.catch(() => this.#kept.delete(key));
    for (const [oldest, { until }] of this.#kept) {
      if (until > performance.now() && this.#kept.size <= mostKept) break;
      this.#kept.delete(oldest);
    }
    return caller;
  }

  async #ask(key: string): Promise<Caller | undefined> {
    const { provinceUrl, dispatcher, signer, log } = this.#options;
    const url = new URL(`session/callers/${key}`, withSlash(provinceUrl));
    const call = { owner: provinceCode, method: 'GET', path: url.pathname, body: '' };
    const signed = signer && signCall(signer, asGateway, undefined, call);
    try {
      const { statusCode, body } = await request(url, {
        dispatcher,
        headers: { accept: 'application/json', ...signed },
        signal: AbortSignal.timeout(timeoutMs),
      });
      const answer: unknown = statusCode === 200 ? await body.json() : await body.dump();
      if (statusCode === 404) return undefined;
      const caller = isObject(answer) ? readPerson(answer['caller']) : undefined;
      if (caller) return caller;
      throw new Error(`The province answered ${statusCode} to whose a session is.`);
    } catch (error) {
      log.warn({ err: error }, 'the province does not tell whose a session is');
      throw cannotTell();
    }
  }
}

/** The gateway itself asks. */
const asGateway: Caller = { ...localCaller, client: 'gateway' };

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

function readPerson(value: unknown): Caller | undefined {
  if (!isObject(value)) return undefined;
  const { client, person, roles, platform, scopes } = value;
  if (client !== 'dashboard' || typeof person !== 'string') return undefined;
  if (!isTexts(roles) || !isTexts(scopes)) return undefined;
  if (platform !== null && typeof platform !== 'string') return undefined;
  return { client, person, roles, platform, scopes, purpose: null };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
