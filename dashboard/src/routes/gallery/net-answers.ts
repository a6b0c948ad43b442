/** Answers that are made up, for the gallery: what the net says of itself, and lists of its owners' records. */

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Answers = Readonly<Record<string, (input: { readonly by?: string }) => Json>>;

/** How much of it there is, what texts say, and who is missing. */
export interface Made {
  readonly none: boolean;
  readonly size: number;
  /** In place of a name or a title. */
  readonly text: (usual: string) => string;
  readonly behind: readonly string[];
}

const at = '2026-11-30T02:00:00Z';
const past = '2026-03-01T02:00:00Z';
const place = { code: '420106', name: '武昌区' };
const whose = { platformCode: '420100' };

/** One feed in each state. */
const states = ['OK', 'QUIET', 'BEHIND', 'UNREACHABLE', 'BROKEN', 'MAINTENANCE', 'NOT_CONNECTED'];
const codes = ['420100', '420200', '420300', '420500', '420600', '420700', '422800'];

export function netAnswers({ none, size, text, behind }: Made): Answers {
  const many = <T>(rows: readonly T[]): readonly T[] => (none ? [] : rows);
  const page = (nodes: readonly Json[]): Json => ({
    page: {
      edges: many(nodes).map((node) => ({ node })),
      totalCount: behind.length > 0 ? null : many(nodes).length,
      knownCount: many(nodes).length,
      pageInfo: { hasNextPage: !none, endCursor: 'next' },
      completeness: {
        asked: 23,
        answered: 23 - behind.length,
        notAsked: [{ platform: '421100', reason: 'NOT_OFFERED' }],
        missing: behind.map((platform) => ({ platform, reason: 'TIMEOUT' })),
        asOf: at,
      },
    },
  });
  const supervision = {
    ...whose,
    id: '1',
    askedAt: past,
    status: 'ASKED',
    subject: 'FIGURE',
    office: text('省总工会办公室'),
    metric: 'requestsBacklog',
    value: size,
    question: text('在办求助为何增加？'),
    dueAt: at,
    answer: null,
    result: null,
    answeredAt: null,
    overdue: true,
    request: null,
  };
  const transfer = {
    kind: 'MEMBER',
    fromCode: '420100',
    toCode: '420500',
    startedAt: past,
    dueAt: at,
  };
  return {
    Health: () => ({
      feeds: many(
        states.map((state, index) => ({
          platform: codes[index] ?? '420100',
          state,
          epoch: 1,
          sequence: String(size),
          lastSequence: null,
          pending: 0,
          completeTo: state === 'NOT_CONNECTED' ? null : at,
          seenAt: at,
          lagSeconds: index,
          head: 'a1b2',
          rejected: index,
          contiguous: true,
          waitingFor: null,
          waitingSince: null,
        })),
      ),
      selfCheck: {
        checkedAt: at,
        ok: behind.length === 0,
        platformsChecked: 23,
        sumsCheckedAt: at,
        daysCompared: 713,
        differences: [],
      },
    }),
    Attention: () => ({
      attention: many(
        (['OVERDUE', 'LOW_ON_TIME', 'FEED_BEHIND', 'UNUSUAL_DAY'] as const).map((kind, index) => ({
          kind,
          platform: codes[index] ?? null,
          severity: 3 - Math.min(2, index),
          value: kind === 'LOW_ON_TIME' ? 0.61 : size,
          metric: kind === 'FEED_BEHIND' ? null : 'onTimeRate',
          since: past,
        })),
      ),
    }),
    RecentEvents: () => ({
      recentEvents: many(
        Array.from({ length: 20 }, (_each, index) => ({
          platform: codes[index % codes.length] ?? '420100',
          type: index % 2 === 0 ? 'onenet.request.submitted' : 'onenet.article.read',
          time: at,
          sequence: String(index),
          place: place.code,
          category: index % 2 === 0 ? 'WAGES' : text('权益'),
          channel: 'WECHAT',
          simulated: index % 3 === 0,
          count: index === 1 ? size : 1,
        })),
      ),
    }),
    Supervisions: () =>
      page([
        supervision,
        {
          ...supervision,
          id: '2',
          status: 'ANSWERED',
          overdue: false,
          answer: text('已增派人手。'),
          result: 'EXPLAINED',
          answeredAt: at,
        },
      ]),
    Organizations: () =>
      page([
        {
          ...whose,
          id: '1',
          name: text('武昌区总工会'),
          kind: 'UNION',
          level: 3,
          placeCode: place.code,
          place,
          chairName: text('王某'),
          commitment: text('有求必应'),
        },
      ]),
    Stations: () =>
      page([
        {
          ...whose,
          id: '1',
          name: text('水果湖职工服务站'),
          placeCode: place.code,
          place,
          address: text('东湖路'),
          openingHours: '9:00–17:00',
        },
      ]),
    Articles: () =>
      page([
        {
          ...whose,
          id: '1',
          publishedAt: past,
          readCount: size,
          title: text('冬季送温暖'),
          column: text('权益'),
          shareCount: size,
          likeCount: null,
          commentCount: 0,
        },
      ]),
    Transfers: () => ({
      transfers: {
        nodes: many([
          { ...transfer, id: '1', status: 'OFFERED', isOverdue: false, problem: null },
          {
            ...transfer,
            id: '2',
            status: 'ACCEPTING',
            isOverdue: true,
            problem: { platformCode: '420500', code: 'UNREACHABLE' },
          },
        ]),
      },
    }),
    Skew: () => ({ skew: [] }),
    Annotations: () => ({ alerts: { rows: [] }, registryEvents: { nodes: [] } }),
    Division: () => ({
      division: {
        code: '420100',
        name: text('武汉市'),
        level: 'CITY',
        tableYear: 2023,
        path: [{ code: '420100', name: text('武汉市'), level: 'CITY' }],
        children: many([{ ...place, name: text(place.name), level: 'COUNTY' }]),
        platformsInScope: [{ code: '420100' }],
      },
    }),
  };
}
