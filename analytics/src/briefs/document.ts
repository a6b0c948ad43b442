/** A brief as a document of one language: sections with what stands in them, in reading order, before any layout. Long, because it says every section. */
import { barsOption, dimensionWords, trendOption } from '@onenet/charts';
import type { Language, Palette } from '@onenet/charts';
import type { BriefFigure, BriefMetric, StoredBrief } from './brief.ts';
import { figureSections, plan } from './plan.ts';
import type { FigureSection } from './plan.ts';
import { Sentences, changeOf } from './sentences.ts';
import type { Change } from './sentences.ts';

export const sectionIds = [...figureSections, 'ranking', 'attention', 'notes'] as const;
export type SectionId = (typeof sectionIds)[number];

/** A brief in words. */
export interface BriefDocument {
  readonly language: Language;
  readonly title: string;
  readonly period: string;
  /** Who made it, and what it is not. */
  readonly marks: readonly string[];
  readonly sections: readonly Section[];
  readonly imprint: readonly [by: string, date: string];
}

export interface Section {
  readonly id: SectionId;
  readonly number: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly is: 'heading' | 'text' | 'item'; readonly text: string }
  | Table
  | { readonly is: 'chart'; readonly label: string; readonly chart: Chart; readonly table: Table };

export interface Table {
  readonly is: 'table';
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** That it says the same as a chart: on paper the chart is enough. */
  readonly isOfChart?: true;
}

/** A text; or a number with how it is read and how a spreadsheet writes it. */
export type Cell =
  | string
  | { readonly text: string; readonly value: number | null; readonly numberFormat: string };

/** What is drawn, at a height in CSS pixels. */
export interface Chart {
  readonly option: (palette: Palette) => ReturnType<typeof trendOption | typeof barsOption>;
  readonly height: number;
}

export function documentOf(brief: StoredBrief, language: Language): BriefDocument {
  return new Writer(brief, language).document();
}

class Writer {
  readonly #brief: StoredBrief;
  readonly #language: Language;
  readonly #say: Sentences;
  readonly #metrics: ReadonlyMap<string, BriefMetric>;
  readonly #figures: ReadonlyMap<string, BriefFigure>;
  readonly #names: ReadonlyMap<string, string>;

  constructor(brief: StoredBrief, language: Language) {
    this.#brief = brief;
    this.#language = language;
    this.#say = new Sentences(language);
    this.#metrics = new Map(brief.metrics.map((metric) => [metric.name, metric]));
    this.#figures = new Map(brief.figures.map((figure) => [figure.metric, figure]));
    this.#names = new Map(
      brief.names.map(({ code, name, nameEn }) => [code, language === 'zh' ? name : nameEn]),
    );
  }

  document(): BriefDocument {
    const { words, format } = this.#say;
    const { platform, kind, isDemo, composedAt } = this.#brief;
    const of = platform ? words.platformTitle(this.#name(platform.code)) : words.province;
    return {
      language: this.#language,
      title: words.title(of, kind === 'WEEK'),
      period: this.#period(),
      marks: [words.generated, ...(isDemo ? [words.demo] : [])],
      sections: sectionIds.map((id, i) => ({
        id,
        number: words.number(i),
        title: words.sections[id],
        blocks: this.#blocks(id),
      })),
      imprint: [words.imprintBy, words.imprint(format.date(composedAt))],
    };
  }

  #blocks(id: SectionId): readonly Block[] {
    switch (id) {
      case 'ranking':
        return this.#ranking();
      case 'attention':
        return this.#alerts();
      case 'notes':
        return this.#notes();
      case 'overview':
      case 'requests':
      case 'members':
      case 'services':
      case 'aid':
        return this.#figureBlocks(id);
    }
  }

  #figureBlocks(id: FigureSection): readonly Block[] {
    const { words } = this.#say;
    const { metrics, told } = plan[id];
    const offered = metrics.flatMap((name) => {
      const figure = this.#figures.get(name);
      const metric = this.#metrics.get(name);
      return figure && metric ? [[figure, metric] as const] : [];
    });
    if (offered.length === 0) {
      return [text(this.#brief.platform ? words.ownNotOffered : words.notOffered)];
    }
    const sentences = offered
      .slice(0, told)
      .map(([figure, metric]) => this.#say.figure(figure, metric));
    const paragraphs =
      id === 'overview'
        ? [...this.#completeness(), words.sentence(sentences), ...this.#say.summary(offered)]
        : [words.sentence(sentences)];
    const parts: (readonly [heading: string, blocks: readonly Block[]])[] = [
      [words.figures, [this.#figureTable(words.figures, offered)]],
    ];
    if (id === 'overview' && this.#brief.byPlatform) {
      parts.push([words.byPlatform, [this.#platformTable()]]);
    }
    const trend = this.#brief.trends.find(({ metric }) => metric === plan[id].trend);
    if (trend && trend.points.length > 0) {
      const metric = this.#metric(trend.metric);
      parts.push([words.trend(this.#say.label(metric)), [this.#trend(metric, trend.points)]]);
    }
    for (const { metric: name, by } of plan[id].shares ?? []) {
      const share = this.#brief.shares.find((each) => each.metric === name && each.by === by);
      if (!share || share.rows.length === 0) continue;
      const metric = this.#metric(name);
      parts.push([
        words.shareOf(this.#say.label(metric), words.by[by]),
        [this.#share(metric, by, share.rows)],
      ]);
    }
    return [
      ...paragraphs.map(text),
      ...this.#notOffered(metrics),
      ...parts.flatMap(([heading, blocks], i): Block[] => [
        { is: 'heading', text: words.subNumber(i) + heading },
        ...blocks,
      ]),
    ];
  }

  #notOffered(metrics: readonly string[]): readonly Block[] {
    const { words } = this.#say;
    const missing = this.#brief.notOffered.filter(({ name }) => metrics.includes(name));
    if (missing.length === 0) return [];
    const labels = missing.map((metric) => this.#say.label(metric)).join(words.list);
    return [text(words.partlyNotOffered(labels))];
  }

  #completeness(): readonly string[] {
    const { words } = this.#say;
    const { platform, completeness } = this.#brief;
    const { connected, behind, silent } = completeness;
    if (platform) {
      if (behind.length > 0) return [words.ownPartial];
      return [silent.length > 0 ? words.ownSilent : words.ownWhole];
    }
    return [
      behind.length === 0
        ? words.whole(connected.length)
        : words.partial(connected.length, this.#listed(behind), behind.length),
      ...(silent.length === 0 ? [] : [words.silent(this.#listed(silent))]),
    ];
  }

  #figureTable(caption: string, offered: readonly (readonly [BriefFigure, BriefMetric])[]): Table {
    const { columns } = this.#say.words;
    return {
      is: 'table',
      caption,
      columns: [
        columns.metric,
        columns.unit,
        columns.now,
        columns.before,
        columns.beforeChange,
        columns.yearAgo,
        columns.yearAgoChange,
      ],
      rows: offered.map(([figure, metric]) => [
        this.#say.label(metric),
        this.#say.format.unit(metric),
        this.#number(figure.value, metric, figure.upperBound),
        this.#number(figure.before, metric),
        this.#change(changeOf(figure, metric, 'before'), metric),
        this.#number(figure.yearAgo, metric),
        this.#change(changeOf(figure, metric, 'yearAgo'), metric),
      ]),
    };
  }

  #platformTable(): Table {
    const { words, format } = this.#say;
    const { columns = [], rows = [] } = this.#brief.byPlatform ?? {};
    const metrics = columns.map((name) => this.#metric(name));
    return {
      is: 'table',
      caption: words.byPlatform,
      columns: [
        words.columns.platform,
        ...metrics.map((metric) => format.aside(this.#say.label(metric), format.unit(metric))),
      ],
      rows: rows.map(({ platform, values }) => [
        this.#name(platform),
        ...metrics.map((metric, i) => this.#number(values[i] ?? null, metric)),
      ]),
    };
  }

  #trend(metric: BriefMetric, points: StoredBrief['trends'][number]['points']): Block {
    const { words, format } = this.#say;
    const label = words.trend(this.#say.label(metric));
    return {
      is: 'chart',
      label: format.aside(label, format.unit(metric)),
      chart: {
        height: 190,
        option: (palette) =>
          trendOption(
            {
              points,
              label: this.#say.label(metric),
              day: (at) => format.day(at),
              short: (value) => format.short(value),
              full: (value) => this.#say.measured(value, metric),
              fromZero: true,
              lastIsOver: true,
            },
            palette,
          ),
      },
      table: {
        is: 'table',
        isOfChart: true,
        caption: label,
        columns: [words.columns.day, format.aside(words.columns.value, format.unit(metric))],
        rows: points.map(({ at, value }) => [format.day(at), this.#number(value, metric)]),
      },
    };
  }

  #share(
    metric: BriefMetric,
    by: 'CATEGORY' | 'CHANNEL',
    rows: StoredBrief['shares'][number]['rows'],
  ): Block {
    const { words, format } = this.#say;
    const label = words.shareOf(this.#say.label(metric), words.by[by]);
    const { categories, channels } = dimensionWords[this.#language];
    const known: Readonly<Record<string, string>> = by === 'CATEGORY' ? categories : channels;
    const bars = rows.map(({ key, value }) => ({ name: known[key] ?? key, value }));
    return {
      is: 'chart',
      label: format.aside(label, format.unit(metric)),
      chart: {
        height: 16 + 26 * bars.length,
        option: (palette) =>
          barsOption({ bars, label, write: (value) => format.number(value) }, palette),
      },
      table: {
        is: 'table',
        isOfChart: true,
        caption: label,
        columns: [words.by[by], format.aside(words.columns.value, format.unit(metric))],
        rows: bars.map(({ name, value }) => [name, this.#number(value, metric)]),
      },
    };
  }

  #ranking(): readonly Block[] {
    const { words, format } = this.#say;
    const { ranking, platform } = this.#brief;
    if (!ranking) return [text(words.rankingIsMonthly)];
    const { edition, hash, groups, label, labelEn } = ranking;
    if (hash === null) return [text(words.notRanked(edition))];
    if (groups.length === 0) return [text(words.noPeers)];
    const { columns } = words;
    return [
      text(words.ranked(edition, this.#language === 'zh' ? label : labelEn)),
      ...groups.flatMap(({ peers, rows }, i): Block[] => {
        const caption = words.peers[peers] ?? peers;
        return [
          { is: 'heading', text: words.subNumber(i) + caption },
          {
            is: 'table',
            caption,
            columns: [
              columns.rank,
              columns.platform,
              columns.score,
              columns.movement,
              columns.note,
            ],
            rows: rows.map(({ rank, platform: code, score, movement, note, noteEn }) => [
              rank === null ? words.unranked : plainNumber(String(rank), rank, '0'),
              code === platform?.code ? `▶ ${this.#name(code)}` : this.#name(code),
              plainNumber(score === null ? words.none : format.exact(score), score, '0.0000'),
              movement === null ? words.none : words.moved(movement),
              (this.#language === 'zh' ? note : noteEn) ?? '',
            ]),
          },
        ];
      }),
    ];
  }

  #alerts(): readonly Block[] {
    const { words, format } = this.#say;
    const { alerts, alertCount } = this.#brief;
    if (alerts.length === 0) return [text(words.alertsNone)];
    const { columns } = words;
    const open = alerts.filter(({ closedAt }) => closedAt === null).length;
    return [
      text(words.alerts(alertCount, alerts.length, open)),
      {
        is: 'table',
        caption: words.sections.attention,
        columns: [
          columns.severity,
          columns.platform,
          columns.detail,
          columns.opened,
          columns.closed,
        ],
        rows: alerts.map((alert) => [
          words.severities[alert.severity] ?? String(alert.severity),
          alert.platform === null ? words.net : this.#name(alert.platform),
          this.#language === 'zh' ? alert.text : alert.textEn,
          format.moment(alert.openedAt),
          alert.closedAt === null ? words.stillOpen : format.moment(alert.closedAt),
        ]),
      },
    ];
  }

  #notes(): readonly Block[] {
    const { words } = this.#say;
    const { completeness: is, kind, isDemo, composedAt, id, hash, metrics, platform } = this.#brief;
    const listed = (codes: readonly string[], say: (names: string) => string): string[] =>
      codes.length === 0 ? [] : [say(this.#listed(codes))];
    const { span, before, yearAgo } = this.#brief;
    const [now, then, ago] = [span, before, yearAgo].map((each) => this.#span(each));
    const items = [
      words.span(now ?? '', then ?? '', ago ?? ''),
      ...(kind === 'WEEK' ? [words.weeksAgo] : []),
      words.source(this.#moment(is.asOf)),
      ...(platform
        ? []
        : [words.connected(is.connected.length, is.connected.length + is.notConnected.length)]),
      ...listed(is.notConnected, words.notConnected),
      ...listed(is.behind, words.behind),
      ...listed(is.silent, words.silent),
      ...listed(is.newSinceBefore, words.newSinceBefore),
      ...listed(is.newSinceYearAgo, words.newSinceYearAgo),
      words.rules,
      ...(this.#brief.figures.some(({ upperBound }) => upperBound) ? [words.upperBound] : []),
      ...(isDemo ? [words.isDemo] : []),
      words.frozen(this.#moment(composedAt), id, hash),
    ];
    return [
      ...items.map((item, i): Block => ({ is: 'item', text: words.itemNumber(i) + item })),
      { is: 'heading', text: words.subNumber(0) + words.definitions },
      {
        is: 'table',
        caption: words.definitions,
        columns: [words.columns.metric, words.columns.meaning],
        rows: metrics.map((metric) => [this.#say.label(metric), this.#say.explanation(metric)]),
      },
    ];
  }

  #metric(name: string): BriefMetric {
    const metric = this.#metrics.get(name);
    if (!metric) throw new Error(`${this.#brief.id} has no ${name}.`);
    return metric;
  }

  #name(code: string): string {
    return this.#names.get(code) ?? code;
  }

  #listed(codes: readonly string[]): string {
    return codes.map((code) => this.#name(code)).join(this.#say.words.list);
  }

  #number(value: number | null, metric: BriefMetric, isUpperBound = false): Cell {
    const { words, format } = this.#say;
    const numberFormat = numberFormatOf(metric, isUpperBound);
    if (value === null) return { text: words.none, value, numberFormat };
    const exact = metric.unit === '%' ? format.withUnit(value, metric) : format.exact(value);
    return { text: isUpperBound ? `≤${exact}` : exact, value, numberFormat };
  }

  #change(change: Change, metric: BriefMetric): Cell {
    const isKnown = change.is === 'known';
    return {
      text: this.#say.shortChange(change, metric),
      value: isKnown ? change.by : null,
      numberFormat:
        isKnown && change.isDifference && metric.unit !== '%'
          ? '+0.0;-0.0;0.0'
          : '+0.0%;-0.0%;0.0%',
    };
  }

  #period(): string {
    const { words, format } = this.#say;
    const { kind, period, span } = this.#brief;
    const [year = '', part = ''] = period.split('-');
    if (kind === 'MONTH') return words.month(year, String(Number(part)));
    const last = new Date(Date.parse(span.to) - 1).toISOString();
    return words.week(
      year,
      String(Number(part.slice(1))),
      format.date(span.from),
      format.date(last),
    );
  }

  /** From its first day to its last. */
  #span({ from, to }: { readonly from: string; readonly to: string }): string {
    const { format } = this.#say;
    const last = new Date(Date.parse(to) - 1).toISOString();
    return this.#say.words.range(format.date(from), format.date(last));
  }

  #moment(at: string): string {
    const { format } = this.#say;
    return `${format.date(at)} ${format.clock(at)}`;
  }
}

function text(said: string): Block {
  return { is: 'text', text: said };
}

function plainNumber(shown: string, value: number | null, numberFormat: string): Cell {
  return { text: shown, value, numberFormat };
}

function numberFormatOf({ unit, kind }: BriefMetric, isUpperBound: boolean): string {
  if (unit === '%') return '0.0%';
  if (unit === '元') return '#,##0.00';
  const digits = kind === 'RATIO' || kind === 'DISTRIBUTION' ? '#,##0.00' : '#,##0';
  return isUpperBound ? `"≤"${digits}` : digits;
}
