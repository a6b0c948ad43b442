/** A province with an authorization server, on a real MongoDB, and calls as its operator, a client and a browser make them. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPartKeys, provinceCode, signCall } from '@onenet/assertion';
import { parseNetSnapshot } from '@onenet/contract';
import type { Caller, NetSnapshot } from '@onenet/contract';
import { MongoClient } from 'mongodb';
import type { Db } from 'mongodb';
import { inject } from 'vitest';
import { startProvince } from '../province.ts';
import type { Province, ProvinceOptions } from '../province.ts';
import { Store } from '../registry/store.ts';
import { AccessStore } from './store.ts';

/** What a call came to. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export class AccessFixture implements AsyncDisposable {
  readonly province: Province;
  readonly db: Db;
  /** Holds the operator's token, the first sign-in and the keys. */
  readonly folder: string;
  readonly operatorToken: string;
  readonly #mongo: MongoClient;
  readonly #options: ProvinceOptions;

  private constructor(
    province: Province,
    mongo: MongoClient,
    options: ProvinceOptions,
    folder: string,
    operatorToken: string,
  ) {
    this.province = province;
    this.#mongo = mongo;
    this.#options = options;
    this.db = mongo.db(options.database);
    this.folder = folder;
    this.operatorToken = operatorToken;
  }

  static async start(change: Partial<ProvinceOptions> = {}): Promise<AccessFixture> {
    const folder = await mkdtemp(join(tmpdir(), 'onenet-access-'));
    const operatorTokenFile = join(folder, 'operator-token');
    const options: ProvinceOptions = {
      port: 0,
      host: '127.0.0.1',
      mongodbUri: inject('mongodbUri'),
      database: `access_test_${randomUUID().slice(0, 8)}`,
      platformHost: '127.0.0.1',
      platformBasePort: 4010,
      analyticsUrl: 'http://127.0.0.1:4002',
      operatorTokenFile,
      keysDir: join(folder, 'keys'),
      firstSignInFile: join(folder, 'first-sign-in'),
      gatewayUrl: 'http://gateway.example',
      // Nothing is composed anew: that takes longer than all that is tested here.
      registeredOnly: true,
      ...change,
    };
    const province = await startProvince(options);
    const mongo = await MongoClient.connect(options.mongodbUri);
    const token = (await readFile(operatorTokenFile, 'utf8')).trim();
    return new AccessFixture(province, mongo, options, folder, token);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.province.stop();
    await this.db.dropDatabase();
    await this.#mongo.close();
    await rm(this.folder, { recursive: true });
  }

  /** Another process of the same province. */
  another(): Promise<Province> {
    return startProvince(this.#options);
  }

  /** What another process knows: what is in the database. */
  otherStore(): AccessStore {
    return new AccessStore(new Store(this.#mongo, this.db), this.db);
  }

  /** As the operator, below `/access`. */
  operate(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Answer> {
    return this.call(`/access/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.operatorToken}`,
        'content-type': 'application/json',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  }

  /** Admits a client; its secret. */
  async client(id: string, change: object = {}): Promise<string> {
    const added = this.operate('POST', 'clients', { ...client, id, ...change });
    const { body } = await expectStatus(201, added);
    return String(body['secret']);
  }

  /** Asks for a token with these parameters in the body. */
  token(parameters: Readonly<Record<string, string>>, headers: object = {}): Promise<Answer> {
    return this.call('/oauth/token', {
      method: 'POST',
      headers: { ...headers },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...parameters }),
    });
  }

  /** Adds a person; the password. */
  async person(name: string, change: object = {}): Promise<string> {
    const body = { name, roles: ['leader'], ...change };
    const answer = await expectStatus(201, this.operate('POST', 'people', body));
    return String(answer.body['password']);
  }

  /** Signs in as a page of the gateway does. */
  signIn(name: string, password: string, headers: object = {}): Promise<Answer> {
    return this.call('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', ...headers },
      body: JSON.stringify({ name, password }),
    });
  }

  /** Asks GraphQL as the gateway does for a caller. */
  async ask(caller: Caller, query: string, variables: object = {}): Promise<Answer> {
    const keys = await openPartKeys(join(this.folder, 'keys'), 'gateway');
    const body = JSON.stringify({ query, variables });
    const call = { owner: provinceCode, method: 'POST', path: '/graphql', body };
    return this.call('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signCall(keys, caller, undefined, call) },
      body,
    });
  }

  async snapshot(): Promise<NetSnapshot> {
    const response = await fetch(`${this.province.url}/net`);
    return parseNetSnapshot(await response.json());
  }

  async call(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`${this.province.url}${path}`, init);
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body };
  }
}

/** A client as the operator adds it. */
export const client = {
  id: 'pensions',
  name: '养老金系统',
  nameEn: 'Pensions',
  kind: 'SOCIAL_SECURITY',
  scopes: ['members:read', 'requests:read'],
  purposes: ['pension-review'],
};

/** The cookie's value that an answer sets. */
export function cookieOf({ headers }: Answer): string {
  return /^onenet-session=([\w-]*)/.exec(headers.get('set-cookie') ?? '')?.[1] ?? '';
}

export function basic(id: string, secret: string): { readonly authorization: string } {
  const text = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  return { authorization: `Basic ${Buffer.from(text).toString('base64')}` };
}

async function expectStatus(status: number, asked: Promise<Answer>): Promise<Answer> {
  const answer = await asked;
  if (answer.status === status) return answer;
  throw new Error(`${answer.status} and not ${status}: ${JSON.stringify(answer.body)}`);
}
