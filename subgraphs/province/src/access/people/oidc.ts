/** Signing in at a provider of identities: OpenID Connect, code flow with PKCE, state and nonce. */
import { hash, randomBytes } from 'node:crypto';
import { NetError, isLoopbackHost } from '@onenet/contract';
import * as oidc from 'openid-client';
import { BadOption } from '../bad-option.ts';

export interface OidcOptions {
  /** Its discovery document is below it. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The claim that names the roles: `leader`, `team:420100`, `administrator`, `auditor`. */
  readonly rolesClaim: string;
}

/** Who signed in, by the provider's word. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  /** What is shown; null: the provider names none. */
  readonly displayName: string | null;
  /** The claim of roles, as it came. */
  readonly roles: unknown;
}

/** One sign-in under way: where the browser goes, and what it must bring back. */
export interface Departure {
  readonly location: string;
  /** For a cookie: from it follow state, nonce and verifier, so nothing is kept here. */
  readonly ticket: string;
}

export class Oidc {
  readonly #options: OidcOptions;
  readonly #redirectUri: string;
  #configuration: Promise<oidc.Configuration> | undefined;

  /** Checks what can be checked without the provider, which may be away at the start. */
  constructor(options: OidcOptions, baseUrl: string) {
    const url = URL.parse(options.issuer);
    const isSecure =
      url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname));
    if (!isSecure) throw new BadOption(`The OIDC issuer is ${options.issuer}, and must be https.`);
    this.#options = options;
    this.#redirectUri = `${baseUrl}/session/oidc/callback`;
  }

  async depart(): Promise<Departure> {
    const configuration = await this.#discovered();
    const ticket = randomBytes(32).toString('base64url');
    const { state, nonce, verifier } = secretsOf(ticket);
    const location = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#redirectUri,
      scope: 'openid profile',
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { location: location.href, ticket };
  }

  /** Trades what the browser brought back for who its user is. */
  async arrive(query: URLSearchParams, ticket: string): Promise<Identity> {
    const configuration = await this.#discovered();
    const { state, nonce, verifier } = secretsOf(ticket);
    const current = new URL(this.#redirectUri);
    current.search = query.toString();
    try {
      const tokens = await oidc.authorizationCodeGrant(configuration, current, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new Error('There is no ID token.');
      const { rolesClaim } = this.#options;
      const inToken = claimAt(claims, rolesClaim);
      // Some providers say no more in the ID token than who it is.
      const more =
        inToken === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined
          ? await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub)
          : {};
      const all = { ...more, ...claims };
      return {
        issuer: claims.iss,
        subject: claims.sub,
        displayName: nameIn(all),
        roles: inToken ?? claimAt(all, rolesClaim),
      };
    } catch (error) {
      // What the provider wrote may name a person: it goes no further than its kind.
      console.error(`province: OIDC: ${error instanceof Error ? error.name : 'unknown error'}`);
      throw new NetError(
        'CREDENTIALS_INVALID',
        'The sign-in was not completed: begin again at /session/oidc.',
      );
    }
  }

  /** Read when it is first needed; again when that failed. */
  #discovered(): Promise<oidc.Configuration> {
    this.#configuration ??= this.#discover().catch((error: unknown) => {
      this.#configuration = undefined;
      const why = error instanceof Error ? error.message : String(error);
      console.error(`province: the OIDC provider ${this.#options.issuer}: ${why}`);
      throw new NetError('UNAVAILABLE', 'The provider of identities does not answer.');
    });
    return this.#configuration;
  }

  #discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.#options;
    const server = new URL(issuer);
    const basic = oidc.ClientSecretBasic(clientSecret);
    const posted = oidc.ClientSecretPost(clientSecret);
    const byWhatItTakes: oidc.ClientAuth = (metadata, ...rest) => {
      const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
      const authenticate = methods.includes('client_secret_basic') ? basic : posted;
      authenticate(metadata, ...rest);
    };
    // By http on loopback alone, as the constructor sees to.
    const execute = server.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
    return oidc.discovery(server, clientId, undefined, byWhatItTakes, { execute });
  }
}

/** Three secrets of one, none of which tells another. */
function secretsOf(ticket: string): {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
} {
  const derive = (use: string): string => hash('sha256', `${use}\n${ticket}`, 'base64url');
  return { state: derive('state'), nonce: derive('nonce'), verifier: derive('verifier') };
}

/** A claim by its name, or by its path: `realm_access.roles`. */
function claimAt(claims: object, name: string): unknown {
  const all: Readonly<Record<string, unknown>> = { ...claims };
  if (name in all) return all[name];
  return name.split('.').reduce<unknown>((value, part) => {
    const isObject = typeof value === 'object' && value !== null;
    return isObject ? new Map(Object.entries(value)).get(part) : undefined;
  }, all);
}

function nameIn(claims: Readonly<Record<string, unknown>>): string | null {
  const name = claims['name'] ?? claims['preferred_username'];
  return typeof name === 'string' && name !== '' ? name.slice(0, 100) : null;
}
