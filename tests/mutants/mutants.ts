/** Wrong platforms, one a line: what each does wrong, and the one rule that it breaks by that. Long, because it is one list. */
import type { Send } from '@onenet/audit';
import { answering, asking, calling, field, objectsIn, taking } from './spoil.ts';

export interface Mutant {
  readonly rule: string;
  /** What it does. */
  readonly wrong: string;
  readonly spoil: (next: Send) => Send;
}

type Edges = { cursor: string; node: Record<string, unknown> }[];

export const mutants: readonly Mutant[] = [
  {
    rule: 'M1',
    wrong: 'answers text/html',
    spoil: (next) => async (request) => {
      const response = await next(request);
      const isJson = /json/.test(response.headers['content-type'] ?? '');
      if (!isJson || !request.url.includes('/graphql')) return response;
      const { accept } = request.headers;
      // To those who ask for nothing else; the others are a recommendation's.
      if (accept !== 'application/json') return response;
      return { ...response, headers: { ...response.headers, 'content-type': 'text/html' } };
    },
  },
  {
    rule: 'M2',
    wrong: 'says that a title may be null',
    spoil: field('sdl', (sdl) => String(sdl).replaceAll('title: String!', 'title: String')),
  },
  {
    rule: 'M3',
    wrong: 'passes over filters that it does not know',
    spoil: asking((asked) => {
      const filter = asked.variables?.['filter'] as Record<string, unknown> | undefined;
      if (filter) delete filter['notInTheContract'];
    }),
  },
  {
    rule: 'M4',
    wrong: 'leaves out the entities that are not there',
    spoil: field('_entities', (entities) => {
      const found = (entities as unknown[]).filter((entity) => entity !== null);
      // Where there is none at all, it answers as it should: how many it takes is another rule.
      return found.length > 0 ? found : entities;
    }),
  },
  {
    rule: 'M5',
    wrong: 'says that the records are the province’s',
    spoil: field('platformCode', () => '420000'),
  },
  {
    rule: 'M6',
    wrong: 'answers numbers as texts',
    spoil: field('reopenedCount', String),
  },
  {
    rule: 'M6',
    wrong: 'has organizations without level',
    spoil: field('level', () => null),
  },
  {
    rule: 'M7',
    wrong: 'answers times without offset',
    spoil: field('resolvedAt', (time) => String(time).slice(0, 19)),
  },
  {
    rule: 'M7',
    wrong: 'takes a time without offset for its own zone',
    spoil: asking(({ variables }) => {
      for (const object of objectsIn(variables)) {
        for (const [name, value] of Object.entries(object)) {
          if (value === '2016-08-31T00:05:00') object[name] = `${value}+08:00`;
        }
      }
    }),
  },
  {
    rule: 'M8',
    wrong: 'swaps two rows of a full page',
    spoil: answering(({ data }, { query, variables }) => {
      // Of those whose names differ: of rows that are alike M9 would see it too, where it looks for what follows a place.
      const order = (variables?.['order'] ?? {}) as { readonly field?: string };
      if (variables?.['first'] !== 100 || order.field !== 'NAME') return;
      if (!query.includes(': organizations(')) return;
      const { edges = [] } = (data as { list?: { edges?: Edges } } | null)?.list ?? {};
      const [, a, b] = edges;
      if (edges.length > 3 && a && b) edges.splice(1, 2, b, a);
    }),
  },
  {
    rule: 'M9',
    wrong: 'writes cursors of its own kind',
    spoil: (next) =>
      answering(({ data }) => {
        for (const object of objectsIn(data)) {
          for (const name of ['cursor', 'startCursor', 'endCursor']) {
            if (typeof object[name] === 'string') object[name] = `own.${object[name]}`;
          }
        }
      })(
        asking(({ variables }) => {
          for (const name of ['after', 'before']) {
            const cursor = variables?.[name];
            if (variables && typeof cursor === 'string') {
              variables[name] = cursor.replace(/^own\./, '');
            }
          }
        })(next),
      ),
  },
  {
    rule: 'M10',
    wrong: 'gives 100 rows to those who want more',
    spoil: asking(({ variables }) => {
      if (variables && Number(variables['first']) > 100) variables['first'] = 100;
    }),
  },
  {
    rule: 'M10',
    wrong: 'says on every page that nothing follows',
    spoil: answering(({ data }, { variables }) => {
      // On pages alone: of a whole list it is true.
      if (variables?.['first'] === 100 || variables?.['last'] === 100) return;
      for (const object of objectsIn(data)) {
        if (object['hasNextPage'] === true) object['hasNextPage'] = false;
      }
    }),
  },
  {
    rule: 'M11',
    wrong: 'passes over a filter that it knows',
    spoil: asking(({ variables }) => {
      const filter = variables?.['filter'] as Record<string, unknown> | undefined;
      // Alone: where every filter is given at once, it is the others that leave rows out.
      if (filter && 'categories' in filter && Object.keys(filter).length === 1) {
        delete filter['categories'];
      }
    }),
  },
  {
    rule: 'M11',
    wrong: 'leaves out what a filter names',
    spoil: answering(({ data }, { variables }) => {
      const filter = variables?.['filter'] as Record<string, unknown> | undefined;
      if (!filter || !('titleContains' in filter) || Object.keys(filter).length > 1) return;
      for (const object of objectsIn(data)) {
        if (Array.isArray(object['edges'])) object['edges'] = object['edges'].slice(1);
      }
    }),
  },
  {
    rule: 'M12',
    wrong: 'lists tombstones to those who ask for them',
    spoil: answering(({ data }, { variables }) => {
      const filter = variables?.['filter'] as { statuses?: string[] } | undefined;
      if (filter?.statuses?.length !== 1 || filter.statuses[0] !== 'TRANSFERRED') return;
      for (const object of objectsIn(data)) {
        if (Array.isArray(object['edges'])) object['edges'] = [{ node: { id: '420100:r-4' } }];
      }
    }),
  },
  {
    rule: 'M12',
    wrong: 'lists what is in transfer with the rest',
    spoil: answering(({ data }, { variables }) => {
      const filter = variables?.['filter'];
      if (!filter || Object.keys(filter).length > 0) return;
      for (const object of objectsIn(data)) {
        if (!Array.isArray(object['edges'])) continue;
        object['edges'].push({ node: { id: '420100:r-4', status: 'IN_TRANSFER' } });
      }
    }),
  },
  {
    rule: 'M13',
    wrong: 'gives names to everybody',
    spoil: answering((answer, { query }) => {
      // Where only personal fields are asked for: of whole records nothing else must change.
      if (!/node \{ id (applicantName|name) /.test(query)) return;
      for (const object of objectsIn(answer['data'])) {
        if ('applicantName' in object) object['applicantName'] = '王小明';
      }
    }),
  },
  {
    rule: 'M13',
    wrong: 'does not mask',
    spoil: answering(({ data }) => {
      for (const object of objectsIn(data)) {
        // Of a tombstone it is another rule.
        if ('maskedApplicantName' in object && object['status'] !== 'TRANSFERRED') {
          object['maskedApplicantName'] = '王小明';
        }
      }
    }),
  },
  {
    rule: 'M14',
    wrong: 'has a code of its own',
    spoil: answering((answer) => {
      for (const object of objectsIn(answer['errors'])) {
        if (object['code'] === 'UNKNOWN_DIVISION') object['code'] = 'NO_SUCH_PLACE';
      }
    }),
  },
  {
    rule: 'M14',
    wrong: 'shows its stack',
    spoil: answering((answer) => {
      for (const object of objectsIn(answer['errors'])) {
        const { extensions } = object as { extensions?: Record<string, unknown> };
        if (extensions?.['code'] === 'BAD_ID') extensions['stack'] = 'at f (/srv/app.js:10:5)';
      }
    }),
  },
  {
    rule: 'M15',
    wrong: 'takes an officer for granted',
    spoil: asking(({ query }, headers) => {
      if (query.startsWith('mutation')) headers['onenet-actor'] ??= 'officer:somebody';
    }),
  },
  {
    rule: 'M15',
    wrong: 'does not say what is allowed',
    spoil: answering((answer) => {
      for (const object of objectsIn(answer['errors'])) {
        if (object['code'] === 'WRONG_STATE') delete object['allowed'];
      }
    }),
  },
  {
    rule: 'M15',
    wrong: 'lets workers rate others’ requests',
    spoil: asking((_asked, headers) => {
      const actor = headers['onenet-actor'];
      if (actor) headers['onenet-actor'] = actor.replace('worker:other-', 'worker:audit-');
    }),
  },
  {
    rule: 'M16',
    wrong: 'does not look at the key',
    spoil: asking(({ query, variables }) => {
      const input = variables?.['input'] as Record<string, unknown> | undefined;
      // That a card is used once is a rule of cards.
      if (input && !query.includes('useCard')) input['idempotencyKey'] = crypto.randomUUID();
    }),
  },
  {
    rule: 'M17',
    wrong: 'counts an event that is not in its log',
    spoil: field('eventTotals', (totals) => {
      const [first, ...others] = totals as { events: number }[];
      return [{ ...first, events: (first?.events ?? 0) + 1 }, ...others];
    }),
  },
  {
    rule: 'M18',
    wrong: 'does not look at the head',
    spoil: calling('/events', (request, next) => {
      const url = new URL(request.url);
      url.searchParams.delete('head');
      return next({ ...request, url: url.href });
    }),
  },
  {
    rule: 'M18',
    wrong: 'takes POST for GET',
    spoil: calling('/events', ({ url, headers, timeoutMs }, next) =>
      next({ method: 'GET', url, headers, timeoutMs }),
    ),
  },
  {
    rule: 'M19',
    wrong: 'changes a line after it was chained',
    spoil: calling('/events', async (request, next) => {
      const response = await next(request);
      const text = response.body.toString('utf8');
      return { ...response, body: Buffer.from(text.replace('"specversion":', '"specversion" :')) };
    }),
  },
  {
    rule: 'M20',
    wrong: 'does not look at the assertion',
    spoil: (next) => (request) => {
      const { 'onenet-assertion': _a, 'onenet-leaf': _l, ...headers } = request.headers;
      return next({ ...request, headers });
    },
  },
  {
    rule: 'S1',
    wrong: 'is 200 for what cannot be parsed',
    spoil: (next) => async (request) => {
      const response = await next(request);
      const strict = /graphql-response\+json/.test(response.headers['content-type'] ?? '');
      return strict && response.status === 400 ? { ...response, status: 200 } : response;
    },
  },
  {
    rule: 'S2',
    wrong: 'takes any size',
    spoil: calling('/graphql', async (request, next) =>
      (request.body?.length ?? 0) > 1_000_000
        ? { status: 200, headers: {}, body: Buffer.from('{}') }
        : next(request),
    ),
  },
  {
    rule: 'S3',
    wrong: 'has no health',
    spoil: calling('/health/ready', async () => ({ status: 404, headers: {}, body: Buffer.of() })),
  },
  {
    rule: 'S4',
    wrong: 'counts the page for the list',
    spoil: answering(({ data }, { variables }) => {
      if (variables?.['first'] !== 100) return;
      for (const object of objectsIn(data)) {
        if (typeof object['totalCount'] === 'number') object['totalCount'] += 1;
      }
    }),
  },
  {
    rule: 'S5',
    wrong: 'does not wait',
    spoil: calling('/events', (request, next) => {
      const url = new URL(request.url);
      if (url.searchParams.get('wait') === '1') url.searchParams.delete('wait');
      return next({ ...request, url: url.href });
    }),
  },
  {
    rule: 'S6',
    wrong: 'does not say up to when it is complete',
    spoil: calling('/events', async (request, next) => {
      const response = await next(request);
      const { 'onenet-complete-to': _, ...headers } = response.headers;
      return { ...response, headers };
    }),
  },
  {
    rule: 'members.M1',
    wrong: 'takes everybody in at once',
    spoil: answering(({ data }, { query }) => {
      const { applyForMembership: applied } = (data ?? {}) as {
        applyForMembership?: { member: Record<string, unknown> };
      };
      if (applied && query.includes('joinedAt')) applied.member['status'] = 'ACTIVE';
    }),
  },
  {
    rule: 'content.M1',
    wrong: 'counts every like',
    spoil: asking(({ query, variables }, headers) => {
      const { idempotencyKey } = (variables?.['input'] ?? {}) as { idempotencyKey?: string };
      if (query.includes('likeArticle') && query.includes('likeCount')) {
        headers['onenet-actor'] = `worker:${String(idempotencyKey)}`;
      }
    }),
  },
  {
    rule: 'S7',
    wrong: 'counts weekends as well',
    spoil: answering(({ data }, { query }) => {
      if (!query.includes('{ submittedAt dueAt }')) return;
      for (const object of objectsIn(data)) {
        if (typeof object['dueAt'] === 'string') {
          object['dueAt'] = new Date(Date.parse(object['dueAt']) - 86_400_000);
        }
      }
    }),
  },
  {
    rule: 'S8',
    wrong: 'does not look at the clock',
    spoil: answering(({ data }, { query }) => {
      if (!query.includes('id dueAt overdueAt')) return;
      for (const object of objectsIn(data)) if ('overdueAt' in object) object['overdueAt'] = null;
    }),
  },
  {
    rule: 'members.M2',
    wrong: 'takes any code',
    spoil: taking('applyForMembership', 'BAD_INPUT', {
      member: { id: '420100:m-1', organizationId: '420100:o-1', joinCodeId: null },
    }),
  },
  {
    rule: 'supervision.M1',
    wrong: 'leaves the request as it was',
    spoil: answering(({ data }, { query }) => {
      if (!query.includes('... on ServiceRequest { supervised }')) return;
      for (const object of objectsIn(data)) {
        if ('supervised' in object) object['supervised'] = false;
      }
    }),
  },
  {
    rule: 'matching.M2',
    wrong: 'takes a key for a second list',
    spoil: taking('personMatches', 'CONFLICT', { totalCount: 0, edges: [] }),
  },
  {
    rule: 'corrections.M1',
    wrong: 'takes the same doubt again',
    spoil: taking('fileDataDoubt', 'CONFLICT', { dataCorrection: { id: '420100:correction-1' } }),
  },
  {
    rule: 'transfers.M1',
    wrong: 'makes one more each time that it is asked',
    spoil: answering(({ data }) => {
      const { acceptTransfer: accepted } = (data ?? {}) as {
        acceptTransfer?: { transfer: Record<string, unknown> } | null;
      };
      if (accepted) accepted.transfer['recordId'] = `420100:m-${crypto.randomUUID()}`;
    }),
  },
  {
    rule: 'transfers.M1',
    wrong: 'keeps the name on a tombstone',
    spoil: answering(({ data }) => {
      for (const object of objectsIn(data)) {
        if (object['status'] === 'TRANSFERRED' && 'maskedName' in object) {
          object['maskedName'] = '审**';
        }
      }
    }),
  },
  {
    rule: 'transfers.M2',
    wrong: 'counts what is in transfer twice',
    spoil: answering(({ data }, { query }) => {
      if (!query.startsWith('{ live:')) return;
      const { live, inTransfer } = data as Record<string, { totalCount: number }>;
      if (live && inTransfer) live.totalCount += inTransfer.totalCount;
    }),
  },
  {
    rule: 'cards.M1',
    wrong: 'issues a second live card',
    spoil: taking('issueCard', 'CONFLICT', { card: { id: '420100:c-2', status: 'ACTIVE' } }),
  },
  {
    rule: 'cards.M2',
    wrong: 'gives the discount once more',
    spoil: answering(({ data }, { query }) => {
      if (!query.includes('useCount discountFen')) return;
      for (const object of objectsIn(data)) {
        if ('discountFen' in object) object['discountFen'] = Number(object['discountFen']) + 199;
      }
    }),
  },
  {
    rule: 'aid.M1',
    wrong: 'pays twice',
    spoil: taking('payAidGrant', 'WRONG_STATE', {
      aidGrant: { id: '420100:g-1', status: 'PAID' },
    }),
  },
  {
    rule: 'aid.M1',
    wrong: 'approves what the fund does not have',
    spoil: taking('approveAidGrant', 'INSUFFICIENT_FUNDS', {
      aidGrant: { id: '420100:g-1', status: 'APPROVED' },
    }),
  },
  {
    rule: 'aid.M1',
    wrong: 'keeps books that do not balance',
    spoil: answering(({ data }, { query }) => {
      if (!query.includes('entries(newest: 100)')) return;
      for (const object of objectsIn(data)) {
        if (Number(object['paidFen']) > 0) object['paidFen'] = Number(object['paidFen']) + 1;
      }
    }),
  },
  {
    rule: 'matching.M1',
    wrong: 'says that it knows everybody',
    spoil: answering(({ data }, { variables }) => {
      const { hashes } = (variables?.['input'] ?? {}) as { hashes?: string[] };
      for (const object of objectsIn(data)) {
        if ('matched' in object && Array.isArray(object['matched'])) object['matched'] = hashes;
      }
    }),
  },
];
