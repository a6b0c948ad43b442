/** The authorization server and the directory of clients and people: everything that `/access`, `/oauth` and `/session` need. */
import { join } from 'node:path';
import {
  createGuard,
  mongoGuardStore,
  openKeys,
  openPartKeys,
  provinceCode,
  trustOwnKeys,
} from '@onenet/assertion';
import { accessTokenKeys, accessTokenSeconds } from '@onenet/contract';
import type { Db } from 'mongodb';
import { GrantStore } from '../grants/store.ts';
import type { Store } from '../registry/store.ts';
import { BadOption } from './bad-option.ts';
import { proxiesAt } from './caller-address.ts';
import type { AccessHttp } from './http.ts';
import type { OauthParts } from './oauth/http.ts';
import type { SessionParts } from './people/http.ts';
import { ensureFirstPerson } from './people/first-sign-in.ts';
import { Oidc, type OidcOptions } from './people/oidc.ts';
import { seedReferenceDocuments } from '../documents/reference-documents.ts';
import { seedReferenceClients } from './reference-clients.ts';
import { AccessStore } from './store.ts';

export interface AccessOptions {
  /** `iss` of access tokens. Default `onenet`. */
  readonly issuer?: string;
  /** Base URL under which clients and browsers reach the net. Default `http://127.0.0.1:4000`. */
  readonly gatewayUrl?: string;
  /** Folder of the keys by which calls to owners are signed, and in `tokens` below it those of tokens; absent: neither is. */
  readonly keysDir?: string;
  /** Addresses and networks of gateways on other machines: what they say of a caller's address is believed. */
  readonly proxies?: readonly string[];
  /** Gets name and password of the first person, made where there is nobody. Absent: none is made. */
  readonly firstSignInFile?: string;
  /** A provider of identities at which people sign in. Absent: only here, by name and password. */
  readonly oidc?: OidcOptions;
  /** Whether the departments of the reference net are admitted, and its documents registered, at the first start. */
  readonly referenceClients?: boolean;
  /** Whether this is a sandbox: over generated records, and open to whoever registers a client. */
  readonly sandbox?: boolean;
  /** Where this net's sandbox is. */
  readonly sandboxUrl?: string;
}

export interface Access {
  readonly http: AccessHttp;
  readonly oauth: OauthParts;
  readonly session: SessionParts;
}

export async function openAccess(
  db: Db,
  registry: Store,
  served: Pick<AccessHttp, 'refresh' | 'supergraph'>,
  options: AccessOptions,
): Promise<Access> {
  const { issuer = 'onenet', keysDir, firstSignInFile } = options;
  const { sandbox = false, referenceClients = false } = options;
  const baseUrl = webAddress("The gateway's URL", options.gatewayUrl ?? 'http://127.0.0.1:4000');
  const sandboxUrl = options.sandboxUrl && webAddress("The sandbox's URL", options.sandboxUrl);
  if (sandbox && sandboxUrl !== undefined) {
    throw new BadOption('A sandbox has no sandbox: give sandbox or sandbox-url, and not both.');
  }
  const oidc = options.oidc && new Oidc(options.oidc, baseUrl);
  const proxies = proxiesAt(options.proxies ?? []);
  const store = new AccessStore(registry, db);
  await store.prepare();
  if (referenceClients) await seedReferenceClients(registry);
  if (referenceClients || sandbox) {
    await seedReferenceDocuments(registry, served.supergraph());
  }
  if (firstSignInFile !== undefined) await ensureFirstPerson(store, firstSignInFile);
  const keys =
    keysDir === undefined
      ? undefined
      : await openKeys(join(keysDir, accessTokenKeys), {
          issuer,
          lifeSeconds: accessTokenSeconds,
        });
  const netKeys = keysDir === undefined ? undefined : await openPartKeys(keysDir, 'province');
  const guard = await createGuard({
    code: provinceCode,
    trust: netKeys && trustOwnKeys(netKeys),
    store: mongoGuardStore(db),
    unsigned: 'loopback',
  });
  const registration = sandbox
    ? { grants: new GrantStore(registry, db), refresh: served.refresh }
    : undefined;
  return {
    http: { store, ...served, firstSignInFile },
    oauth: { store, keys, issuer, baseUrl, proxies, registration, sandboxUrl },
    session: { store, oidc, guard, baseUrl, proxies, firstSignInFile },
  };
}

/** Without the slash at its end. */
function webAddress(what: string, text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text.replace(/\/+$/, '');
  throw new BadOption(`${what} is ${text}, and must begin with http or https.`);
}
