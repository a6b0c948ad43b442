/** Briefs over a generated history: figures as counted a second time, kept once, as they were, and shown in both forms. Long, because one history serves all of it. */
import { localCaller } from '@onenet/contract';
import ExcelJS from 'exceljs';
import { parse } from 'parse5';
import type { DefaultTreeAdapterTypes } from 'parse5';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { comparedRange } from '../comparisons.ts';
import { oracle, oraclePoints } from '../fixture-oracle.ts';
import type { Held } from '../fixture-oracle.ts';
import { metricByName } from '../metrics.ts';
import { dayMs, hourMs } from '../periods.ts';
import type { StoredBrief } from './brief.ts';
import { rangeOfPeriod } from './calendar.ts';
import type { BriefKind } from './calendar.ts';
import { briefOf } from './compose.ts';
import type { Block, Table } from './document.ts';
import { briefResolvers } from './graphql.ts';
import { briefNet, hostile, quiet, registered, unheard } from './fixture.ts';
import type { BriefNet } from './fixture.ts';
import { briefHtml } from './html.ts';
import { renderedDocument } from './renderers.ts';
import { differencesOf } from './verify.ts';
import { briefXlsx } from './xlsx.ts';

// The engine shares the machine with the other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Where the history ends, whatever the day is: a Friday. */
const historyEndsMs = Date.parse('2026-10-30T12:00:00+08:00');
const month = '2026-10';
const week = '2026-W44';

let net: BriefNet;
let all: Held[];

beforeAll(async () => {
  net = await briefNet(inject('mongodbUri'), historyEndsMs);
  all = await net.held();
});
afterAll(() => net?.[Symbol.asyncDispose]());

/** So long after a period's end. */
const after = (kind: BriefKind, period: string, ms: number): number =>
  rangeOfPeriod(kind, period).toMs + ms;

const composed = async (kind: BriefKind, period: string, platform?: string): Promise<StoredBrief> =>
  await net
    .composer()
    .composeNow({ kind, period, platform: platform ?? null, evenIfBehind: true }, Date.now());

describe('figures', () => {
  test.each([
    ['MONTH', month, undefined],
    ['WEEK', week, '429004'],
  ] as const)('of %s %s at %s are the reference’s', async (kind, period, platform) => {
    const subject = { kind, period, platform };
    const brief = await briefOf(net.sources, subject, { by: 'REQUEST', nowMs: Date.now() });
    const range = rangeOfPeriod(kind, period);
    const scope = { ...(platform && { platforms: [platform] }), simulated: false };
    const of = (metric: string, comparison?: 'PREVIOUS_PERIOD' | 'YEAR_AGO') => {
      const asked = comparison === undefined ? range : comparedRange(range, comparison);
      if (!asked) throw new Error('No range.');
      return oracle(all, metric, asked, scope);
    };
    expect(brief.figures.length).toBeGreaterThan(30);
    for (const { metric, value, before, yearAgo } of brief.figures) {
      expect([metric, value, before, yearAgo]).toEqual([
        metric,
        of(metric),
        of(metric, 'PREVIOUS_PERIOD'),
        of(metric, 'YEAR_AGO'),
      ]);
    }
    for (const { metric, points } of brief.trends) {
      const types = new Set<string>(metricByName(metric)?.types);
      expect([metric, points]).toEqual([
        metric,
        oraclePoints(all, metric, range, scope, 'DAY', types),
      ]);
    }
    for (const { platform: code, values } of brief.byPlatform?.rows ?? []) {
      const own = { platforms: [code], simulated: false };
      expect(values).toEqual(
        brief.byPlatform?.columns.map((metric) => oracle(all, metric, range, own)),
      );
    }
    expect(brief.trends.map(({ metric }) => metric)).toEqual([
      'requestsSubmitted',
      'signUps',
      'engagement',
    ]);
    expect(brief.byPlatform === null).toBe(platform !== undefined);
  });

  test('of before anything happened are none, and not zero', async () => {
    const subject = { kind: 'MONTH', period: '2012-03' } as const;
    const { figures } = await briefOf(net.sources, subject, { by: 'REQUEST', nowMs: Date.now() });
    const reads = figures.find(({ metric }) => metric === 'reads');
    expect(reads).toMatchObject({ value: null, before: null, yearAgo: null });
  });
});

test('who was behind when the figures were taken is named, though all is in when they are kept', async () => {
  const { ingest } = net.sources;
  let asked = 0;
  // Of the state; whoever looks later finds it in.
  const statuses = () =>
    ingest
      .statuses()
      .map((status) =>
        asked++ === 0 ? { ...status, state: 'BEHIND' as const, completeTo: null } : status,
      );
  const catching = Object.create(ingest, { statuses: { value: statuses } }) as typeof ingest;
  const { completeness } = await briefOf(
    { ...net.sources, ingest: catching },
    { kind: 'WEEK', period: week },
    { by: 'REQUEST', nowMs: Date.now() },
  );
  expect(completeness.behind).toEqual([ingest.statuses()[0]?.platform]);
});

test('one a kind, period and platform, whoever composes it, and the same for ever', async () => {
  const [one, other] = [net.composer(), net.composer()];
  const input = { kind: 'WEEK', period: '2026-W40', platform: null, evenIfBehind: false } as const;
  const nowMs = Date.now();
  const [first, second] = await Promise.all([
    one.composeNow(input, nowMs),
    other.composeNow(input, nowMs + 1),
  ]);
  expect(second).toEqual(first);
  expect(await net.briefs.find('week-2026-W40')).toEqual(first);
  // What is late, and what is corrected, is of another state.
  const [wuhan] = net.platforms;
  const resolved = all.find(
    ({ platform, event }) => platform === '420100' && event.type === 'onenet.request.resolved',
  );
  await wuhan?.happened([
    {
      type: 'onenet.article.read',
      time: new Date(rangeOfPeriod('WEEK', '2026-W40').fromMs + dayMs),
      data: { count: 77 },
    },
    {
      type: 'onenet.request.resolved',
      time: new Date(resolved?.event.time ?? 0),
      corrects: resolved?.event.sequence ?? '',
      data: { count: -1, value: -(resolved?.event.data.value ?? 0) },
    },
  ]);
  await net.allIsIn();
  all = await net.held();
  expect(await one.composeNow(input, Date.now())).toEqual(first);
  expect(await differencesOf(net.sources, first, Date.now())).toEqual([]);
  const now = await briefOf(
    net.sources,
    { kind: 'WEEK', period: '2026-W40' },
    { by: 'REQUEST', nowMs: Date.now() },
  );
  const readsOf = ({ figures }: Pick<StoredBrief, 'figures'>) =>
    figures.find(({ metric }) => metric === 'reads')?.value ?? 0;
  expect(readsOf(now)).toBe(readsOf(first) + 77);
  // A figure that were otherwise would be found.
  const altered = first.figures.map((figure) =>
    figure.metric === 'reads' ? { ...figure, value: 1 } : figure,
  );
  expect(await differencesOf(net.sources, { ...first, figures: altered }, Date.now())).toEqual([
    { metric: 'reads', kept: 1, now: readsOf(first) },
  ]);
});

test('a platform’s team sees its own platform’s briefs alone, whatever it names', async () => {
  await composed('MONTH', '2026-08');
  await composed('MONTH', '2026-08', '429004');
  const { Query } = briefResolvers({ briefs: net.briefs, composer: net.composer() });
  const team = { ...localCaller, client: 'dashboard', roles: ['team'], platform: '429004' };
  const listed = async (input: { readonly ofProvince: boolean; readonly platform?: string }) => {
    const found = await Query.briefs(
      undefined,
      { input: { first: 9, ...input } },
      { caller: team },
    );
    return found.map(({ id }) => id);
  };
  const own = ['month-2026-08-429004'];
  expect(await listed({ ofProvince: false })).toEqual(own);
  expect(await listed({ ofProvince: false, platform: '429004' })).toEqual(own);
  const refused = 'sees its own platform';
  await expect(listed({ ofProvince: false, platform: '420100' })).rejects.toThrow(refused);
  await expect(listed({ ofProvince: true })).rejects.toThrow(refused);
  await expect(listed({ ofProvince: true, platform: '429004' })).rejects.toThrow(refused);
  const asked = Query.brief(undefined, { id: 'month-2026-08' }, { caller: team });
  await expect(asked).rejects.toThrow(refused);
});

test('what was altered in the store is refused, and found', async () => {
  const { id } = await composed('WEEK', '2026-W40');
  const stored = net.db.collection<{ _id: string; content: string }>('briefs');
  const kept = await stored.findOne({ _id: id });
  await stored.updateOne({ _id: id }, { $set: { content: `${kept?.content} ` } });
  await expect(net.briefs.find(id)).rejects.toThrow('is not what was composed');
  expect((await net.briefs.check()).faults).toEqual([`${id} no longer gives its hash`]);
  await stored.updateOne({ _id: id }, { $set: { content: kept?.content ?? '' } });
  expect((await net.briefs.check()).faults).toEqual([]);
});

test('a brief is asked for by a period that is over, of a platform that is connected', async () => {
  const asked = (period: string, platform: string | null = null) =>
    net.composer().composeNow({ kind: 'WEEK', period, platform, evenIfBehind: false }, Date.now());
  await expect(asked('2099-W01')).rejects.toThrow('2099-W01 is not over');
  await expect(asked('2026-W54')).rejects.toThrow('is no week: give one of ISO 8601');
  await expect(asked('2026-10')).rejects.toThrow('is no week');
  await expect(asked(week, registered)).rejects.toThrow('is not connected');
  await expect(asked(week, '420199')).rejects.toThrow('is no platform of the net');
});

test('alerts that were open in the period, as they were at its end', async () => {
  const { fromMs, toMs } = rangeOfPeriod('WEEK', '2026-W38');
  const told = {
    figure: 12,
    value: 12,
    sample: 12,
    expected: null,
    spread: null,
    from: new Date(fromMs).toISOString(),
    to: null,
    about: null,
    severity: 2,
    bound: 10,
  } as const;
  const raise = (platform: string, atMs: number) =>
    net.alerts.raise('OVERDUE', platform, told, atMs, () => []);
  const [before, within, later] = [
    await raise('429004', fromMs - 2 * dayMs),
    await raise('420100', fromMs + dayMs),
    await raise(quiet, toMs),
  ];
  if (!before || !within || !later) throw new Error('An alert was not raised.');
  await net.alerts.close(before, 'CLEARED', fromMs - dayMs, () => []);
  await net.alerts.close(within, 'CLEARED', toMs + 1, () => []);
  const brief = await composed('WEEK', '2026-W38');
  expect(brief.alerts).toMatchObject([
    { platform: '420100', severity: 2, closedAt: null, text: expect.stringContaining('12') },
  ]);
  expect(paragraphs(brief)).toContain('期内曾处于开启状态的报警1条；所列报警中期末尚未关闭的1条。');
});

describe('on schedule', () => {
  const due = (kind: BriefKind, nowMs: number, mayLack = true): Promise<string[]> =>
    net.composer().composeDue(kind, nowMs, { mayLack });
  const codes = ['420100', '429004', quiet];

  test('a month when its ranking is published, which then is in it', async () => {
    const day = after('MONTH', month, 3 * dayMs);
    expect(await due('MONTH', day)).toEqual([]);
    expect(net.log).toContain(`the brief month-${month}-420100 waits for the ranking v2-${month}`);
    await expect(
      net
        .composer()
        .composeNow({ kind: 'MONTH', period: month, platform: null, evenIfBehind: false }, day),
    ).rejects.toThrow(`month-${month} waits for the ranking v2-${month}`);
    await net.publisher.publishDue(day);
    expect(await due('MONTH', day)).toHaveLength(4);
    const edition = await net.sources.editions.find(`v2-${month}`);
    const brief = await net.briefs.find(`month-${month}`);
    expect(brief?.ranking).toMatchObject({
      edition: `v2-${month}`,
      hash: edition?.hash,
      groups: edition?.groups,
    });
    expect(paragraphs(brief)).toContain(`第v2-${month}期`);
  });

  test('a week on Monday morning; who is not in is waited for until Tuesday, and named then', async () => {
    const next = '2026-W45';
    // The week before has its brief.
    const { fromMs, toMs } = rangeOfPeriod('WEEK', week);
    const span = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
    const earlier = { ...(await composed('WEEK', '2026-W40')), composedBy: 'SCHEDULE' } as const;
    await net.briefs.keep({ ...earlier, id: `week-${week}`, period: week, span });
    net.follow({ withUnheard: true });
    expect(await due('WEEK', after('WEEK', next, 5 * hourMs))).toEqual([]);
    const monday = await due('WEEK', after('WEEK', next, 7 * hourMs));
    expect(monday).toEqual(codes.map((code) => `week-${next}-${code}`));
    expect(net.log).toContain(`the brief week-${next}-${unheard} waits for ${unheard}`);
    // In the hour after a start it is not known yet who lacks.
    expect(await due('WEEK', after('WEEK', next, 31 * hourMs), false)).toEqual([]);
    expect(await due('WEEK', after('WEEK', next, 31 * hourMs))).toEqual([
      `week-${next}-${unheard}`,
      `week-${next}`,
    ]);
    net.follow({ withUnheard: false });
    const brief = await net.briefs.find(`week-${next}`);
    expect(brief?.completeness).toMatchObject({
      behind: [unheard],
      silent: expect.arrayContaining([quiet]),
      notConnected: [registered],
    });
    const said = paragraphs(brief);
    expect(said).toContain(`其中1家期内数据尚未到齐：${unheard}。以下数字不含其未到部分。`);
    expect(said).toContain(`没有数据，不等于零。`);
    const own = await net.briefs.find(`week-${next}-${unheard}`);
    expect(own?.figures.every(({ value }) => value === null)).toBe(true);
    expect(paragraphs(own)).toContain('求助提交期内没有可计算的数据');
  });
});

/** All that a brief says in Chinese, outside its tables. */
function paragraphs(brief: StoredBrief | undefined): string {
  if (!brief) throw new Error('No brief.');
  return renderedDocument(brief, 'zh')
    .sections.flatMap(({ blocks }) => blocks.flatMap((b) => ('text' in b ? [b.text] : [])))
    .join('\n');
}

describe('as a page', () => {
  test.each(['zh', 'en'] as const)(
    'in %s: whole, without a script, and names are text',
    async (language) => {
      const brief = await composed('MONTH', month);
      const document = renderedDocument(brief, language);
      const html = briefHtml(brief, document);
      const faults: string[] = [];
      const page = parse(html, {
        onParseError: ({ code, startLine }) => faults.push(`${code}:${startLine}`),
      });
      expect(faults).toEqual([]);
      const elements = [...elementsOf(page)];
      expect(new Set(elements.map(({ tagName }) => tagName))).not.toContain('script');
      for (const { attrs } of elements) {
        expect(attrs.filter(({ name }) => /^on|href$|^src/.test(name))).toEqual([]);
      }
      const texts = elements.map(textOf);
      expect(texts).toContain(language === 'zh' ? hostile : '420100');
      // Every chart says its data, and its last day.
      const drawn = elements.filter(({ tagName }) => tagName === 'svg').map(textOf);
      expect(drawn).toHaveLength(6);
      for (const { rows } of brief.shares) {
        expect(drawn.some((text) => rows.every(({ value }) => text.includes(String(value))))).toBe(
          true,
        );
      }
      expect(brief.shares.some(({ rows }) => rows.length > 1)).toBe(true);
      expect(html).toContain('演示数据' === document.marks[1] ? '演示数据' : 'Demonstration data');
      expect(html).toContain(brief.hash);
    },
  );
});

function* elementsOf(
  node: DefaultTreeAdapterTypes.Node,
): Generator<DefaultTreeAdapterTypes.Element> {
  if ('tagName' in node) yield node;
  for (const child of 'childNodes' in node ? node.childNodes : []) yield* elementsOf(child);
}

function textOf(node: DefaultTreeAdapterTypes.Node): string {
  if (node.nodeName === '#text') return (node as DefaultTreeAdapterTypes.TextNode).value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

test('as a workbook: every number as it is, and nothing that a spreadsheet computes', async () => {
  const brief = await composed('MONTH', month);
  const document = renderedDocument(brief, 'zh');
  const workbook = new ExcelJS.Workbook();
  // The library's types are of an older Buffer.
  await workbook.xlsx.load((await briefXlsx(brief, document)) as never);
  expect(workbook.worksheets.map(({ name }) => name)).toEqual(
    document.sections.map(({ title }) => title),
  );
  const cells: ExcelJS.Cell[] = [];
  workbook.eachSheet((sheet) =>
    sheet.eachRow((row) => row.eachCell((cell) => void cells.push(cell))),
  );
  expect(cells.filter(({ formula }) => formula !== undefined)).toEqual([]);
  const texts = cells.flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
  expect(texts.filter((text) => /^[=+\-@]/.test(text))).toEqual([]);
  expect(texts).toContain(`'${hostile}`);
  const numbers = cells.flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  expect(numbers).toEqual(
    document.sections
      .flatMap(({ blocks }) => blocks.flatMap(tablesOf))
      .flatMap(({ rows }) =>
        rows.flatMap((row) =>
          row.flatMap((cell) =>
            typeof cell === 'object' && cell.value !== null ? [cell.value] : [],
          ),
        ),
      ),
  );
  expect(numbers.length).toBeGreaterThan(200);
  const onTime = cells.find(({ value }) => value === '按期办结率');
  const share = brief.figures.find(({ metric }) => metric === 'onTimeRate');
  const found = onTime?.worksheet.getRow(Number(onTime.row)).getCell(3);
  expect([found?.value, found?.numFmt]).toEqual([share?.value, '0.0%']);
});

function tablesOf(block: Block): readonly Table[] {
  if (block.is === 'chart') return [block.table];
  return block.is === 'table' ? [block] : [];
}
