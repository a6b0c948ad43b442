/** Deadlines of requests: the same everywhere, and kept by the clock. */
import { requestWorkingDays, workingDaysAfter } from '@onenet/contract';
import { Maker } from '../maker.ts';
import { resultOf } from '../records.ts';
import { NotChecked, must, shown, type Rule } from '../rule.ts';
import { dataOf } from '../server.ts';

export const deadlineRules: readonly Rule[] = [
  {
    id: 'S7',
    level: 'SHOULD',
    title: 'Requests have the same deadlines everywhere',
    module: 'requests',
    writes: true,
    async check(server) {
      keepsDeadlines(server.offered.fields('ServiceRequest'));
      const maker = new Maker(server);
      for (const [category, days] of Object.entries(requestWorkingDays)) {
        const given = { category };
        const call = await maker.call(
          maker.step('submitServiceRequest'),
          undefined,
          'MONEY',
          given,
        );
        const exchange = await maker.send(call, 'submittedAt dueAt');
        const { submittedAt, dueAt } = resultOf(exchange, call.name, 'serviceRequest');
        const wanted = workingDaysAfter(new Date(String(submittedAt)), days);
        must(
          Date.parse(String(dueAt)) === wanted.getTime(),
          exchange.sent,
          () => `submittedAt ${shown(submittedAt)}, dueAt ${shown(dueAt)}`,
          `dueAt ${wanted.toISOString()}: ${days} working days after.`,
        );
      }
    },
  },
  {
    id: 'S8',
    level: 'SHOULD',
    title: 'The clock moves a request once',
    module: 'requests',
    async check(server) {
      keepsDeadlines(server.offered.fields('ServiceRequest'));
      const exchange = await server.ask(
        '{ serviceRequests(first: 100, filter: { overdueNow: true }) { edges { node { id dueAt overdueAt } } } }',
      );
      const { edges } = dataOf(exchange)['serviceRequests'] as {
        readonly edges: readonly { readonly node: Readonly<Record<string, unknown>> }[];
      };
      for (const { node } of edges) {
        if (Date.now() - Date.parse(String(node['dueAt'])) < hourMs) continue;
        must(
          node['overdueAt'] != null,
          exchange.sent,
          () => node,
          'overdueAt: the deadline passed more than an hour ago.',
        );
      }
    },
  },
];

/** Within which a platform notices what the clock did. */
const hourMs = 3_600_000;

/** What 1.2 brought. */
function keepsDeadlines(fields: readonly { readonly name: string }[]): void {
  if (fields.some(({ name }) => name === 'overdueAt')) return;
  throw new NotChecked('the platform keeps a version without these deadlines');
}
