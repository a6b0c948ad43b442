/** How a platform is spoken to: GraphQL over HTTP, its limits, its health. */
import { serverAudits, type AuditResult } from 'graphql-http';
import { must, shown, type Rule } from '../rule.ts';
import { cameIn, dataOf, type AuditedServer } from '../server.ts';

export const transportRules: readonly Rule[] = [
  {
    id: 'M1',
    level: 'MUST',
    title: 'GraphQL is served over HTTP as the specification says',
    module: 'core',
    async check(server) {
      await overHttp(server, 'error');
      const exchange = await server.ask(manyRepresentations(server.code));
      const { _entities: entities } = dataOf(exchange);
      must(
        Array.isArray(entities) && entities.length === representations,
        exchange.sent,
        () => cameIn(exchange),
        `${representations} entities, to a body of ${leastBytes} bytes.`,
      );
    },
  },
  {
    id: 'S1',
    level: 'SHOULD',
    title: 'What the HTTP specification recommends is done too',
    module: 'core',
    check: (server) => overHttp(server, 'warn'),
  },
  {
    id: 'S2',
    level: 'SHOULD',
    title: 'A request of more than one megabyte is refused',
    module: 'core',
    async check(server) {
      const body = JSON.stringify({ query: `{ __typename } #${'x'.repeat(largeBytes)}` });
      const headers = { 'content-type': 'application/json' };
      const sent = `POST ${server.graphqlUrl} of ${body.length} bytes`;
      const answer = await server
        .call({ method: 'POST', url: server.graphqlUrl, headers, body })
        // Closing the connection while the body comes is a refusal as well.
        .catch(() => undefined);
      const refused = answer === undefined || (answer.status >= 400 && answer.status < 500);
      must(
        refused,
        sent,
        () => `HTTP ${answer?.status ?? ''} ${answer?.body.toString('utf8') ?? ''}`,
        'HTTP 413.',
      );
    },
  },
  {
    id: 'S3',
    level: 'SHOULD',
    title: 'Health can be asked without credentials',
    module: 'core',
    async check(server) {
      for (const path of ['/health/live', '/health/ready']) {
        const url = new URL(path, server.graphqlUrl).href;
        const answer = await server.call({ method: 'GET', url, bare: true });
        must(answer.status === 200, `GET ${url}`, () => `HTTP ${answer.status}`, 'HTTP 200.');
      }
    },
  },
];

/** What every platform takes: bytes of a body, and representations at once. */
const leastBytes = 256 * 1024;
const representations = 500;

/** A body as large as it may be. */
function manyRepresentations(code: string): string {
  const one = `{ __typename: "Organization", id: "${code}:audit-no-such-record" }`;
  const query = `{ _entities(representations: [${`${one} `.repeat(representations)}]) { __typename } }`;
  // What JSON and its quotes add to the query.
  const around = Buffer.byteLength(JSON.stringify({ query })) + 2;
  return `${query} #${'x'.repeat(leastBytes - around)}`;
}

/** Over the bound, and below what a server may buffer without harm. */
const largeBytes = 1_100_000;

/** The audits of the GraphQL Foundation's reference, of one severity. */
async function overHttp(server: AuditedServer, severity: 'error' | 'warn'): Promise<void> {
  const results = auditResults.get(server) ?? auditAll(server);
  auditResults.set(server, results);
  for (const result of await results) {
    if (result.status !== severity) continue;
    must(
      false,
      `audit ${result.id} of npm graphql-http`,
      () => `HTTP ${result.response.status}, ${shown(result.reason)}`,
      `${result.name}.`,
    );
  }
}

/** Asked once, judged by two rules. */
const auditResults = new WeakMap<AuditedServer, Promise<readonly AuditResult[]>>();

async function auditAll(server: AuditedServer): Promise<readonly AuditResult[]> {
  const results: AuditResult[] = [];
  for (const audit of serverAudits({ url: server.graphqlUrl, fetchFn: server.fetch })) {
    results.push(await audit.fn());
  }
  return results;
}
