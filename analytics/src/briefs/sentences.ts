/** Sentences from figures, by rules: the metric decides the word, and where there is too little nothing is said. */
import { FigureFormat, isBaseTooSmall, relativeChange, verdict } from '@onenet/charts';
import type { Language, Verdict } from '@onenet/charts';
import type { BriefFigure, BriefMetric } from './brief.ts';
import { sampleOf } from './plan.ts';
import { en } from './words.en.ts';
import { zh } from './words.zh.ts';
import type { BriefWords } from './words.zh.ts';

export const words: Readonly<Record<Language, BriefWords>> = { zh, en };

/** What a figure is compared with. */
export type Against = 'before' | 'yearAgo';

/** How a figure has changed; `by` is relative, of a share or a quantile the difference itself. */
export type Change =
  | { readonly is: 'known'; readonly by: number; readonly isDifference: boolean }
  /** A count from a base that is too small, or zero; a share of too few. */
  | { readonly is: 'smallBase' | 'fromZero' | 'smallSample' }
  | { readonly is: 'unknown' };

/** Smaller differences of shares and of other figures are none: what is shown has one digit after the point. */
const leastDifference = { '%': 0.0005, other: 0.05 } as const;
/** From here on a change of a leading figure is worth a word. */
const worthAWord = 0.05;

export function changeOf(
  { value, samples, ...of }: BriefFigure,
  { name, kind, unit }: BriefMetric,
  against: Against,
): Change {
  const then = of[against];
  // Of what is below zero, more was taken back than came: by which share that changed says nothing.
  if (value === null || then === null || value < 0 || then < 0) return { is: 'unknown' };
  const minimum = sampleOf[name]?.minimum ?? 0;
  if (samples && (samples.now < minimum || samples[against] < minimum)) {
    return { is: 'smallSample' };
  }
  if (kind === 'RATIO' || kind === 'SHARE' || kind === 'DISTRIBUTION') {
    const least = unit === '%' ? leastDifference['%'] : leastDifference.other;
    const by = value - then;
    return { is: 'known', by: Math.abs(by) < least ? 0 : by, isDifference: true };
  }
  if (isBaseTooSmall(value, then, kind)) return { is: 'smallBase' };
  const by = relativeChange(value, then);
  return by === null ? { is: 'fromZero' } : { is: 'known', by, isDifference: false };
}

/** Writes what figures say in one language. */
export class Sentences {
  readonly words: BriefWords;
  readonly format: FigureFormat;
  readonly #language: Language;

  constructor(language: Language) {
    this.words = words[language];
    this.format = new FigureFormat(language);
    this.#language = language;
  }

  label({ label, labelEn }: BriefMetric): string {
    return this.#language === 'zh' ? label : labelEn;
  }

  explanation({ explanation, explanationEn }: BriefMetric): string {
    return this.#language === 'zh' ? explanation : explanationEn;
  }

  /** With its unit, close to it in Chinese. */
  measured(value: number, metric: BriefMetric): string {
    const text = this.format.withUnit(value, metric);
    return this.#language === 'zh' ? text.replace(' ', '') : text;
  }

  /** One figure and how it has changed, without a full stop. */
  figure(figure: BriefFigure, metric: BriefMetric): string {
    const { value, samples, upperBound } = figure;
    const label = this.label(metric);
    if (value === null) return this.words.toldNone(label);
    const measured = this.measured(value, metric);
    const told = this.words.told(label, upperBound ? this.words.upTo(measured) : measured);
    const minimum = sampleOf[metric.name]?.minimum ?? 0;
    if (samples && samples.now < minimum) {
      return told + this.words.smallSample(this.format.exact(samples.now), minimum);
    }
    const changes = this.#changes(figure, metric);
    return [told, ...changes].join(this.words.join);
  }

  /** Which leading figures are better, and which worse, than before. */
  summary(figures: readonly (readonly [BriefFigure, BriefMetric])[]): readonly string[] {
    const known = figures.flatMap(([figure, metric]) => {
      const change = changeOf(figure, metric, 'before');
      return change.is === 'known' ? [{ metric, meaning: meaningOf(change, figure, metric) }] : [];
    });
    if (known.length === 0) return [];
    const names = (wanted: Verdict): string =>
      known
        .filter(({ meaning }) => meaning === wanted)
        .map(({ metric }) => this.label(metric))
        .join(this.words.list);
    const [better, worse] = [names('better'), names('worse')];
    if (better === '' && worse === '') return [this.words.steady];
    return [
      ...(better === '' ? [] : [this.words.better(better)]),
      ...(worse === '' ? [] : [this.words.worse(worse)]),
    ];
  }

  /** By how much, with its sign, for a table. */
  shortChange(change: Change, { unit }: BriefMetric): string {
    if (change.is !== 'known') return this.words.none;
    const { by, isDifference } = change;
    if (!isDifference) return this.format.change(by);
    const sign = by > 0 ? '+' : '';
    return unit === '%'
      ? `${sign}${this.words.points(oneDigit(by * 100))}`
      : `${sign}${oneDigit(by)}`;
  }

  #changes(figure: BriefFigure, metric: BriefMetric): readonly string[] {
    const { against } = this.words;
    const before = changeOf(figure, metric, 'before');
    const yearAgo = changeOf(figure, metric, 'yearAgo');
    // What keeps both from being said is said once.
    if (before.is !== 'known' && before.is === yearAgo.is) {
      return this.#change(before, metric, against.both);
    }
    return [
      ...this.#change(before, metric, against.before),
      ...this.#change(yearAgo, metric, against.yearAgo),
    ];
  }

  #change(change: Change, metric: BriefMetric, against: string): readonly string[] {
    const { words: said } = this;
    switch (change.is) {
      case 'unknown':
        return [];
      case 'smallSample':
        return [said.smallSampleThen(against)];
      case 'smallBase':
        return [said.smallBase(against)];
      case 'fromZero':
        return [said.fromZero(against)];
      case 'known': {
        const { by, isDifference } = change;
        if (isDifference ? by === 0 : verdict(by, metric.direction) === 'unchanged') {
          return [said.same(against)];
        }
        const verb = said.verbs[verbOf(metric, isDifference)][by > 0 ? 0 : 1] ?? '';
        return [said.changed(against, verb, this.#size(Math.abs(by), isDifference, metric))];
      }
    }
  }

  #size(by: number, isDifference: boolean, metric: BriefMetric): string {
    if (!isDifference) {
      const size = this.format.change(by).replace('+', '');
      return size.startsWith('>') ? this.words.over(size.slice(1)) : size;
    }
    if (metric.unit === '%') return this.words.points(oneDigit(by * 100));
    return this.measured(Number(oneDigit(by)), metric);
  }
}

function verbOf(
  { unit, direction }: BriefMetric,
  isDifference: boolean,
): keyof BriefWords['verbs'] {
  if (isDifference) return unit === '小时' ? 'TIME' : 'LEVEL';
  return direction === 'UP_IS_GOOD' ? 'GOOD' : 'COUNT';
}

/** Differences are weighed against what the figure was. */
function meaningOf(
  { by, isDifference }: Extract<Change, { readonly is: 'known' }>,
  { before }: BriefFigure,
  { direction, unit }: BriefMetric,
): Verdict {
  const share = !isDifference || unit === '%' ? by : by / (before || 1);
  return Math.abs(share) < worthAWord ? 'unchanged' : verdict(by, direction);
}

function oneDigit(n: number): string {
  return String(Math.round(n * 10) / 10);
}
