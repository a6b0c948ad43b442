/** Numbers and times as the chosen language writes them; every time is Beijing time. */
import { locales, type Language } from './language.ts';

/** What a unit says, as far as it decides how a number is written. */
export interface Measured {
  readonly unit: string;
  readonly unitEn: string;
}

/** Above this a change is only said to be above it. */
const mostChange = 9.99;
const timeZone = 'Asia/Shanghai';
/** From here on 万 and 亿 read better than digits. */
const compactFrom = 100_000;

/** The writers of one language. */
export class FigureFormat {
  readonly #language: Language;
  readonly #whole: Intl.NumberFormat;
  readonly #fine: Intl.NumberFormat;
  readonly #compact: Intl.NumberFormat;
  readonly #axis: Intl.NumberFormat;
  readonly #percent: Intl.NumberFormat;
  readonly #change: Intl.NumberFormat;
  readonly #clock: Intl.DateTimeFormat;
  readonly #moment: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #dayOfYear: Intl.DateTimeFormat;

  constructor(language: Language) {
    const locale = locales[language];
    const month = language === 'zh' ? 'numeric' : 'short';
    this.#language = language;
    this.#whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
    this.#fine = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
    this.#compact = new Intl.NumberFormat(locale, {
      notation: 'compact',
      maximumSignificantDigits: 4,
    });
    this.#axis = new Intl.NumberFormat(locale, {
      notation: 'compact',
      maximumFractionDigits: 2,
    });
    this.#percent = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
    this.#change = new Intl.NumberFormat(locale, {
      style: 'percent',
      maximumFractionDigits: 1,
      signDisplay: 'exceptZero',
    });
    const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const;
    this.#clock = new Intl.DateTimeFormat(locale, { ...time, second: '2-digit' });
    this.#moment = new Intl.DateTimeFormat(locale, { month, day: 'numeric', ...time });
    this.#day = new Intl.DateTimeFormat(locale, { month, day: 'numeric', timeZone });
    this.#dayOfYear = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone });
  }

  /** 1,289 · 15.63万 */
  number(value: number): string {
    if (Math.abs(value) >= compactFrom) return this.#compact.format(value);
    return Number.isInteger(value) ? this.#whole.format(value) : this.#fine.format(value);
  }

  /** Every digit: 156,340. */
  exact(value: number): string {
    return this.#fine.format(value);
  }

  /** For axes, where neighbours must differ: 5,000 · 121.05万. */
  short(value: number): string {
    return Math.abs(value) < 10_000 ? this.#fine.format(value) : this.#axis.format(value);
  }

  /** A metric's value without its unit; ratios in `%` come as parts of one. */
  measured(value: number, { unit }: Measured): string {
    return unit === '%' ? this.#percent.format(value * 100) : this.number(value);
  }

  /** Beside a value, English has a singular. */
  unit({ unit, unitEn }: Measured, value?: number): string {
    if (this.#language === 'zh') return unit;
    return value === 1 ? singular(unitEn) : unitEn;
  }

  /** With its unit: 91.2% · 1,289 件. */
  withUnit(value: number, measured: Measured): string {
    const unit = this.unit(measured, value);
    return `${this.measured(value, measured)}${unit === '%' ? '' : ' '}${unit}`;
  }

  /** Names one after another. */
  names(names: readonly string[]): string {
    return names.join(this.#language === 'zh' ? '、' : ', ');
  }

  /** Something said in passing. */
  aside(text: string, remark: string): string {
    if (remark === '') return text;
    return this.#language === 'zh' ? `${text}（${remark}）` : `${text} (${remark})`;
  }

  /** A relative change: +12.3%. */
  change(ratio: number): string {
    // From almost nothing everything grows by thousands of percent: that says no more than this.
    if (ratio > mostChange) return `>${this.#change.format(mostChange)}`;
    return this.#change.format(ratio);
  }

  /** 16:03:22 */
  clock(at: string | number): string {
    return this.#clock.format(new Date(at));
  }

  /** The time alone today, else with its day. */
  recent(at: string | number, now: number): string {
    return this.day(at) === this.day(now) ? this.clock(at) : this.moment(at);
  }

  /** 11/24 16:03 */
  moment(at: string | number): string {
    return this.#moment.format(new Date(at));
  }

  /** 11/24 */
  day(at: string | number): string {
    return this.#day.format(new Date(at));
  }

  /** 2016年8月31日 */
  date(at: string): string {
    return this.#dayOfYear.format(new Date(at));
  }
}

function singular(unit: string): string {
  return unit === 'people' ? 'person' : unit.replace(/s$/u, '');
}
