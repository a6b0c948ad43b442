/** A net whose province's side can be lost and restored while its platforms live on: real parts in this process, over a MongoDB of its own. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAnalytics, type Analytics } from '@onenet/analytics';
import { startGateway } from '@onenet/gateway';
import { startPlatforms, type Platforms } from '@onenet/platform';
import { startProvince, type Province } from '@onenet/province';
import { startMongo } from '@onenet/scripts/databases';
import { MongoClient } from 'mongodb';
import { freePort } from '../fixtures/ports.ts';
import { ask, type Answer } from '../fixtures/small-net.ts';
import { makeRecords } from '../merged/dataset.ts';
import { Random } from '../merged/random.ts';

/** Cards; aid and matching. */
export const codes = ['420800', '420700'] as const;

const records = makeRecords(new Random(7), 6, codes);

/** The part that the province runs. */
interface Side {
  readonly province: Province;
  readonly analytics: Analytics;
  readonly stop: () => Promise<void>;
}

export class DrillNet implements AsyncDisposable {
  readonly mongodbUri: string;
  readonly mongo: MongoClient;
  readonly folder: string;
  readonly urls: {
    readonly gateway: string;
    readonly province: string;
    readonly analytics: string;
  };
  /** The data directory of the side that runs. */
  dataDir: string;
  side: Side | undefined;
  platforms: Platforms | undefined;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    own: Pick<DrillNet, 'mongodbUri' | 'mongo' | 'folder' | 'urls'>,
    stack: AsyncDisposableStack,
  ) {
    this.mongodbUri = own.mongodbUri;
    this.mongo = own.mongo;
    this.folder = own.folder;
    this.urls = own.urls;
    this.dataDir = join(own.folder, 'data');
    this.#stack = stack;
  }

  static async start(): Promise<DrillNet> {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'onenet-drills-'));
    stack.defer(() => rm(folder, { recursive: true }));
    const mongod = await startMongo({
      dataDir: join(folder, 'mongod'),
      port: await freePort(),
      logFile: join(folder, 'mongod.log'),
      say: () => undefined,
    });
    stack.defer(() => mongod.stop());
    const mongo = await MongoClient.connect(mongod.uri);
    stack.defer(() => mongo.close());
    const ports = [await freePort(), await freePort(), await freePort()] as const;
    const [gateway, province, analytics] = ports.map((port) => `http://127.0.0.1:${port}`) as [
      string,
      string,
      string,
    ];
    const urls = { gateway, province, analytics };
    const net = new DrillNet({ mongodbUri: mongod.uri, mongo, folder, urls }, stack.move());
    try {
      await mkdir(net.dataDir);
      await writeFile(join(net.dataDir, 'onenet-data.json'), '{"format":1,"scale":1}\n');
      await net.startPlatforms();
      await net.startSide();
      await net.tellAddresses();
      return net;
    } catch (error) {
      await net[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The platforms trust what the gateway publishes, as in the net. */
  async startPlatforms(): Promise<void> {
    this.platforms = await startPlatforms({
      mongodbUri: this.mongodbUri,
      codes,
      basePort: 0,
      scale: null,
      records: ({ code }) => records.filter(({ platformCode }) => platformCode === code),
      sweepMs: 0,
      trust: [`${this.urls.gateway}/.well-known/jwks.json`],
      unsigned: 'loopback',
      provinceUrl: this.urls.province,
    });
  }

  /** The registry learns where the platforms answer. */
  async tellAddresses(): Promise<void> {
    for (const code of codes) {
      await this.side?.province.setPlatformUrl(code, this.platforms?.urls[code] ?? null);
      await this.side?.province.setConnection(code, 'CONNECTED');
    }
  }

  async stopPlatforms(): Promise<void> {
    await this.platforms?.stop();
    this.platforms = undefined;
  }

  async startSide(): Promise<void> {
    await using stack = new AsyncDisposableStack();
    const { mongodbUri, urls, dataDir } = this;
    const keysDir = join(dataDir, 'keys');
    const host = '127.0.0.1';
    const province = await startProvince({
      port: portOf(urls.province),
      host,
      mongodbUri,
      database: 'province',
      platformHost: host,
      development: true,
      platformBasePort: 9,
      platforms: codes,
      analyticsUrl: urls.analytics,
      gatewayUrl: urls.gateway,
      keysDir,
      operatorTokenFile: join(dataDir, 'operator-token'),
      registeredOnly: true,
    });
    stack.defer(() => province.stop());
    const gateway = await startGateway({
      port: portOf(urls.gateway),
      provinceUrl: province.url,
      keysDir,
      stateDir: join(dataDir, 'gateway'),
      usage: { mongodbUri, database: 'gateway' },
      quota: { mongodbUri, database: 'gateway' },
      logLevel: 'silent',
    });
    stack.defer(() => gateway.stop());
    const analytics = await startAnalytics({
      port: portOf(urls.analytics),
      host,
      dataDir: join(dataDir, 'analytics'),
      mongodbUri,
      database: 'analytics',
      provinceUrl: province.url,
      gatewayUrl: urls.gateway,
      keysDir,
      log: () => undefined,
    });
    stack.defer(() => analytics.stop());
    const parts = stack.move();
    this.side = { province, analytics, stop: () => parts.disposeAsync() };
  }

  async stopSide(): Promise<void> {
    await this.side?.stop();
    this.side = undefined;
  }

  /** One operation at the gateway. */
  ask(
    query: string,
    variables: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return ask(`${this.urls.gateway}/graphql`, query, variables, headers);
  }

  async operatorToken(): Promise<string> {
    return (await readFile(join(this.dataDir, 'operator-token'), 'utf8')).trim();
  }

  /** One call to the province, as the operator. */
  async operate(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const token = await this.operatorToken();
    const response = await fetch(`${this.urls.province}/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopSide();
    await this.stopPlatforms();
    await this.#stack.disposeAsync();
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
