/**
 * The credential that a developer has signed in with on this page. Secret and token are in memory alone:
 * in no storage, no address and no cookie, and gone when the page is left or they sign out.
 */
import { at } from '#lib/address.ts';
import { isRecord } from '#lib/api/read.ts';
import { visitorFetch, type Fetch } from '#lib/api/client.ts';
import { askToken } from './oauth.ts';
import { readQuotas, type Quota } from './rate-limit.ts';

/** A token is renewed so long before it ends. */
const renewBeforeMs = 60_000;

/** Who has signed in. */
export interface Signed {
  readonly client: string;
  readonly scopes: readonly string[];
}

export class Credential {
  /** Null: nobody by a credential, so it is asked as who is signed in, or as this machine. */
  current = $state.raw<Signed | null>(null);
  /** Those that a call must choose from; empty where it need not. */
  purposes = $state.raw<readonly string[]>([]);
  purpose = $state('');
  /** By the newest answer. */
  quotas = $state.raw<readonly Quota[]>([]);
  /** When the token ends, Unix milliseconds. */
  endsAt = $state(0);
  /** The sign-in that was tried last, or a sign-out since. */
  #attempt = 0;
  /** Each sign-in and sign-out begins another: what an earlier one waited for is not for this one. */
  #turn = 0;
  #secret = '';
  #token = '';
  #renewing: { readonly turn: number; readonly done: Promise<void> } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Throws {@link OauthRefusal}. Who signs out, or in again, while it is under way is not signed in by it. */
  async signIn(client: string, secret: string): Promise<void> {
    const attempt = ++this.#attempt;
    const { access_token: token, expires_in: seconds, scope } = await askToken(client, secret);
    if (this.#attempt !== attempt) return;
    this.signOut();
    const turn = this.#turn;
    this.#secret = secret;
    this.#keep(token, seconds);
    const purposes = await this.#findPurposes();
    if (this.#turn !== turn) return;
    this.purposes = purposes;
    this.purpose = purposes[0] ?? '';
    this.current = { client, scopes: scope.split(' ').filter((each) => each !== '') };
  }

  signOut(): void {
    this.#attempt += 1;
    this.#turn += 1;
    clearTimeout(this.#timer);
    this.#secret = '';
    this.#token = '';
    this.endsAt = 0;
    this.purposes = [];
    this.purpose = '';
    this.quotas = [];
    this.current = null;
  }

  /** Asks with the credential, if there is one, and then without the cookie: a call has one or the other. */
  readonly fetch: Fetch = async (input, init = {}) => {
    // Read first, so that whoever asks within an effect asks anew as somebody else.
    const { current, purpose } = this;
    const turn = this.#turn;
    if (current !== null) await this.#renewIfDue(current);
    // Begun as one, it would be asked as another: as whoever has the cookie, or the next credential.
    if (this.#turn !== turn) throw new DOMException('signed out meanwhile', 'AbortError');
    const headers = new Headers(init.headers);
    if (this.#token !== '') {
      headers.set('authorization', `Bearer ${this.#token}`);
      if (purpose !== '') headers.set('onenet-purpose', purpose);
    }
    const credentials = this.#token === '' ? 'same-origin' : 'omit';
    const send = this.#token === '' ? visitorFetch : fetch;
    const response = await send(input, { ...init, headers, credentials });
    const quotas = readQuotas(response.headers);
    if (quotas.length > 0 && this.#turn === turn) this.quotas = quotas;
    return response;
  };

  #keep(token: string, seconds: number): void {
    this.#token = token;
    this.endsAt = Date.now() + seconds * 1000;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        const { current } = this;
        // What does not come by the clock is tried again by the next call.
        if (current !== null) void this.#renew(current).catch(() => undefined);
      },
      Math.max(1000, seconds * 1000 - renewBeforeMs),
    );
  }

  async #renewIfDue(current: Signed): Promise<void> {
    if (this.endsAt - Date.now() > renewBeforeMs / 2) return;
    // The gateway says what is wrong with an old token better than anybody here could.
    await this.#renew(current).catch(() => undefined);
  }

  #renew({ client }: Signed): Promise<void> {
    const turn = this.#turn;
    if (this.#renewing?.turn === turn) return this.#renewing.done;
    const done = askToken(client, this.#secret)
      .then(({ access_token: token, expires_in: seconds }) => {
        if (this.#turn === turn) this.#keep(token, seconds);
      })
      .finally(() => {
        if (this.#renewing?.turn === turn) this.#renewing = undefined;
      });
    this.#renewing = { turn, done };
    return done;
  }

  /** A client with several purposes names one with each call: the refusal of one that does not lists them. */
  async #findPurposes(): Promise<readonly string[]> {
    const response = await this.fetch(at('/graphql'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    }).catch(() => null);
    const body: unknown = await response?.json().catch(() => null);
    const [first] = isRecord(body) && Array.isArray(body['errors']) ? body['errors'] : [];
    const extensions = isRecord(first) && isRecord(first['extensions']) ? first['extensions'] : {};
    const { purposes } = extensions;
    return Array.isArray(purposes) ? purposes.map(String) : [];
  }
}
