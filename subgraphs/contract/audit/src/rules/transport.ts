/** How a platform is spoken to: GraphQL over HTTP, its limits, its health. */
import { serverAudits, type AuditResult } from 'graphql-http';
import { must, shown, type Rule } from '../rule.ts';
import type { AuditedServer } from '../server.ts';

export const transportRules: readonly Rule[] = [
  {
    id: 'M1',
    level: 'MUST',
    title: 'GraphQL is served over HTTP as the specification says',
    module: 'core',
    check: (server) => overHttp(server, 'error'),
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
