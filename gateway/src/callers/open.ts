/** Callers as a gateway is configured: whose tokens it takes, who tells whose a session is, and what this machine may. */
import { isLoopbackHost, type Networks } from '@onenet/contract';
import type { Signer } from '@onenet/assertion';
import type { Logger } from 'pino';
import type { Dispatcher } from 'undici';
import { withAttempts, type Identifier } from '../quota/attempts.ts';
import { Callers, type LocalPolicy } from './callers.ts';
import { Sessions } from './sessions.ts';
import { AccessTokens, type TokenIssuer } from './tokens.ts';

export interface CallersConfig {
  /** Address that the gateway listens on. */
  readonly host?: string | undefined;
  /** Base URL of the province, which issues tokens unless `tokens` names somebody else. */
  readonly provinceUrl: string;
  /** Default: `open` where the gateway listens on this machine alone, behind no proxy. */
  readonly local?: LocalPolicy | undefined;
  /** Whose tokens are taken, where not the province's. */
  readonly tokens?: { readonly [Key in keyof TokenIssuer]?: string | undefined } | undefined;
}

/** What `iss` and `aud` are where nothing else is configured. */
export const defaultIssuer = 'onenet';
export const defaultAudience = 'onenet';

export function openCallers(
  { host = '127.0.0.1', provinceUrl, local, tokens = {} }: CallersConfig,
  parts: {
    readonly dispatcher: Dispatcher;
    readonly signer?: Signer | undefined;
    readonly log: Logger;
    /** Reverse proxies whose word on where a call comes from is believed. */
    readonly proxies: Networks;
  },
): Identifier {
  const { dispatcher, signer, log, proxies } = parts;
  const issuer: TokenIssuer = {
    issuer: tokens.issuer ?? defaultIssuer,
    jwksUrl: tokens.jwksUrl ?? `${provinceUrl.replace(/\/+$/, '')}/oauth/jwks.json`,
    audience: tokens.audience ?? defaultAudience,
    clientClaim: tokens.clientClaim ?? 'client_id',
  };
  const onError = (err: unknown): void => log.warn({ err }, 'the keys of tokens cannot be read');
  const callers = new Callers({
    tokens: new AccessTokens(issuer, onError),
    sessions: new Sessions({ provinceUrl, dispatcher, signer, log }),
    local: local ?? (isLoopbackHost(host) && proxies.isEmpty ? 'open' : 'refuse'),
    proxies,
  });
  return withAttempts(callers, proxies);
}
