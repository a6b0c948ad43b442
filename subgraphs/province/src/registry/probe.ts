/** The live probe: whether the platform itself, at this address, serves what is published. */
import type { Sender } from '../address/sender.ts';
import { step } from './report.ts';
import type { Finding, Step } from './report.ts';

/** Headers that sign one call to an owner. */
export type Sign = (call: {
  readonly owner: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
}) => Readonly<Record<string, string>>;

export interface Probed {
  readonly code: string;
  /** Base URL. */
  readonly url: string;
  readonly sender: Sender;
  readonly sign: Sign;
}

/** Milliseconds that one call of the probe may take. */
const callWithinMs = 10_000;

/** What the probe found wrong. Its message never quotes what the address sent. */
export class ProbeFailure extends Error {
  override readonly name = 'ProbeFailure';
  readonly finding: Finding;

  constructor(code: string, message: string) {
    super(message);
    this.finding = { code, message };
  }
}

/** What the probe needs besides the address. */
export interface ProbeChecks {
  /** Where the SDL that is served is another than the published one. */
  readonly differences: (published: string, served: string) => Promise<readonly Finding[]>;
  /** The rules of the contract that are broken. */
  readonly audit: (probed: Probed) => Promise<readonly Finding[]>;
}

/** Asks for the SDL, a list and the feed, then for whatever the contract's core demands. */
export async function probe(
  probed: Probed,
  published: string,
  { differences, audit }: ProbeChecks,
): Promise<Step> {
  try {
    const served = await fetchSdl(probed);
    // Who it is comes first: another platform's SDL differs too, and that would not say why.
    await checkOwner(probed);
    const differing = await differences(published, served);
    if (differing.length > 0) return step('PROBE', false, differing);
    await checkFeed(probed);
    const broken = await audit(probed);
    return step('PROBE', broken.length === 0, broken);
  } catch (error) {
    return step('PROBE', false, [probeFinding(error)]);
  }
}

/** A failure of the address is a finding; its own words stay out. */
export function probeFinding(error: unknown): Finding {
  if (error instanceof ProbeFailure) return error.finding;
  return { code: 'NO_ANSWER', message: 'The probe ended without an answer that it could read.' };
}

/** The SDL that the address serves. */
export async function fetchSdl(probed: Probed): Promise<string> {
  const data = await ask(probed, '{ _service { sdl } }');
  const sdl = record(data['_service'])['sdl'];
  if (typeof sdl === 'string') return sdl;
  throw new ProbeFailure('NO_SDL', '`{ _service { sdl } }` at /graphql answers no SDL.');
}

/** Its records and itself carry its own code: the address is not another platform's. */
async function checkOwner(probed: Probed): Promise<void> {
  const { code } = probed;
  const data = await ask(
    probed,
    `query ($representations: [_Any!]!) {
      organizations(first: 1) { edges { node { id } } }
      serviceRequests(first: 1) { edges { node { id } } }
      _entities(representations: $representations) { ... on Platform { code } }
    }`,
    { representations: [{ __typename: 'Platform', code }] },
  );
  for (const list of ['organizations', 'serviceRequests']) {
    const { edges } = record(data[list]);
    if (!Array.isArray(edges)) {
      throw new ProbeFailure('NO_LIST', `\`${list}(first: 1)\` answers no list.`);
    }
    for (const edge of edges) {
      const { id } = record(record(edge)['node']);
      if (typeof id === 'string' && id.startsWith(`${code}:`)) continue;
      throw new ProbeFailure(
        'FOREIGN_ID',
        `\`${list}(first: 1)\` has an id that does not begin with "${code}:": ` +
          'the address is another platform’s, or the ids are not of the contract.',
      );
    }
  }
  const entities = data['_entities'];
  const self = Array.isArray(entities) ? record(entities[0])['code'] : undefined;
  if (self !== code) {
    throw new ProbeFailure(
      'FOREIGN_PLATFORM',
      `\`_entities\` of the platform ${code} does not answer with its code.`,
    );
  }
}

async function checkFeed({ code, url, sender, sign }: Probed): Promise<void> {
  const target = new URL(`${url}/events?after=${'0'.repeat(20)}&limit=1`);
  const path = `${target.pathname}${target.search}`;
  const headers = sign({ owner: code, method: 'GET', path, body: '' });
  const answer = await send(() =>
    sender.send({ method: 'GET', url: target.href, headers, timeoutMs: callWithinMs }),
  );
  const type = answer.headers['content-type'] ?? '';
  // 410: its first lines are pruned, and it says so.
  if (answer.status === 410 || (answer.status === 200 && /^application\/x-ndjson\b/.test(type))) {
    return;
  }
  throw new ProbeFailure(
    'NO_FEED',
    `GET /events answers ${answer.status}, and must answer 200 with application/x-ndjson.`,
  );
}

async function ask(
  { code, url, sender, sign }: Probed,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const body = JSON.stringify({ query: query, variables });
  const target = new URL(`${url}/graphql`);
  const answer = await send(() =>
    sender.send({
      method: 'POST',
      url: target.href,
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        ...sign({ owner: code, method: 'POST', path: target.pathname, body }),
      },
      body,
      timeoutMs: callWithinMs,
    }),
  );
  if (answer.status >= 300 && answer.status < 400) {
    throw new ProbeFailure(
      'REDIRECT',
      `/graphql answers ${answer.status}: no redirect is followed.`,
    );
  }
  const parsed = parseJson(answer.body);
  const { data, errors } = record(parsed);
  if (answer.status !== 200 || data === undefined || data === null) {
    throw new ProbeFailure(
      'NO_GRAPHQL',
      `/graphql answers ${answer.status}${errors === undefined ? ' without data' : ' with errors'}.`,
    );
  }
  return record(data);
}

async function send<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const isLate = error instanceof Error && /Timeout|Abort/.test(error.name);
    throw new ProbeFailure(
      'NO_ANSWER',
      isLate
        ? `The address does not answer within ${callWithinMs / 1000} s.`
        : `The address does not answer${/^[A-Z_]{3,40}$/.test(code) ? ` (${code})` : ''}.`,
    );
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
