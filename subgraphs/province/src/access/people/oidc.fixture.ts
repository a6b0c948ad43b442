/** A provider of identities that runs (npm oidc-provider), and a browser that keeps cookies. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';
import { portOf } from '../../listener.ts';

/** What the provider says of a user. */
export type Claims = Readonly<Record<string, unknown>>;

export interface OidcProvider extends AsyncDisposable {
  readonly issuer: string;
  /** Who signs in next, whatever is typed. */
  user: { readonly subject: string; readonly claims: Claims };
}

/** Its sign-in asks nothing: it takes `user`. */
export async function startOidcProvider(
  client: { readonly id: string; readonly secret: string; readonly redirectUri: string },
  conformIdTokenClaims: boolean,
): Promise<OidcProvider> {
  let answer: ReturnType<Provider['callback']> | undefined;
  const server = createServer((request, response) => void answer?.(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${portOf(server)}`;
  const users = new Map<string, Claims>();
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [client.redirectUri],
      },
    ],
    claims: { openid: ['sub'], profile: ['name', 'roles', 'realm_access'] },
    conformIdTokenClaims,
    cookies: { keys: ['a key of this test'] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...users.get(id) }),
    }),
    interactions: { url: (_, { uid }) => `/sign-in/${uid}` },
    pkce: { required: () => true },
  });
  const started: OidcProvider = {
    issuer,
    user: { subject: 'nobody', claims: {} },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const callback = provider.callback();
  answer = async (request, response) => {
    if (!request.url?.startsWith('/sign-in/')) return callback(request, response);
    const { subject, claims } = started.user;
    users.set(subject, claims);
    const { prompt, params, grantId } = await provider.interactionDetails(request, response);
    if (prompt.name === 'login') {
      const result = { login: { accountId: subject } };
      return provider.interactionFinished(request, response, result);
    }
    const grant = grantId
      ? await provider.Grant.find(grantId)
      : new provider.Grant({ accountId: subject, clientId: String(params['client_id']) });
    grant?.addOIDCScope('openid profile');
    const consent = { grantId: (await grant?.save()) ?? '' };
    return provider.interactionFinished(request, response, { consent });
  };
  return started;
}

/** Follows redirects by hand, as far as somewhere, with a jar of cookies by host. */
export class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  /** Where the last redirect led, and its answer; it is not followed once `isEnd` says so. */
  async follow(from: string, isEnd: (url: URL) => boolean): Promise<URL> {
    let url = new URL(from);
    for (let hops = 0; hops < 12 && !isEnd(url); hops++) {
      const { location } = await this.get(url);
      if (location === null) throw new Error(`${url.href} leads nowhere.`);
      url = new URL(location, url);
    }
    return url;
  }

  async get(url: URL): Promise<{
    readonly status: number;
    readonly location: string | null;
    readonly cookies: readonly string[];
  }> {
    const jar = this.#jars.get(url.host) ?? new Map<string, string>();
    this.#jars.set(url.host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    await response.body?.cancel();
    const cookies = response.headers.getSetCookie();
    for (const each of cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return { status: response.status, location: response.headers.get('location'), cookies };
  }
}
