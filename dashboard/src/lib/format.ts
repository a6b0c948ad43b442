/** Figures as the chosen language writes them, and times and durations in its words. */
import { FigureFormat, locales } from '@onenet/charts';
import type { Language, Messages } from '../messages/messages.ts';

/** The writers of one language. */
export class Format extends FigureFormat {
  readonly #words: Messages;
  readonly #tenths: Intl.NumberFormat;
  readonly #month: Intl.DateTimeFormat;
  readonly #dayOfOtherYear: Intl.DateTimeFormat;
  readonly #momentOfOtherYear: Intl.DateTimeFormat;
  readonly #now: () => number;

  /** `now`: Unix milliseconds; times of another year than its say which. */
  constructor(language: Language, words: Messages, now: () => number = Date.now) {
    super(language);
    this.#words = words;
    this.#now = now;
    const day = {
      year: 'numeric',
      month: language === 'zh' ? 'numeric' : 'short',
      day: 'numeric',
      timeZone: 'Asia/Shanghai',
    } as const;
    const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    this.#dayOfOtherYear = new Intl.DateTimeFormat(locales[language], day);
    this.#momentOfOtherYear = new Intl.DateTimeFormat(locales[language], { ...day, ...clock });
    this.#month = new Intl.DateTimeFormat(locales[language], {
      year: 'numeric',
      month: language === 'zh' ? 'numeric' : 'short',
      timeZone: 'Asia/Shanghai',
    });
    this.#tenths = new Intl.NumberFormat(locales[language], { maximumFractionDigits: 1 });
  }

  /** How long ago, in one unit. */
  age(at: string | number, now: number): string {
    const words = this.#words.ago;
    const seconds = Math.max(0, Math.round((now - new Date(at).getTime()) / 1000));
    if (seconds < 5) return words.now;
    if (seconds < 60) return words.seconds(seconds);
    if (seconds < 3600) return words.minutes(Math.round(seconds / 60));
    if (seconds < 86_400) return words.hours(Math.round(seconds / 3600));
    return words.days(Math.round(seconds / 86_400));
  }

  /** 11/24 16:03; of another year 2025/11/24 16:03. */
  override moment(at: string | number): string {
    return this.#isThisYear(at) ? super.moment(at) : this.#momentOfOtherYear.format(new Date(at));
  }

  /** 11/24; of another year 2025/11/24. */
  override day(at: string | number): string {
    return this.#isThisYear(at) ? super.day(at) : this.#dayOfOtherYear.format(new Date(at));
  }

  #isThisYear(at: string | number): boolean {
    return yearInBeijing(at) === yearInBeijing(this.#now());
  }

  /** From a day to a day, the last one in it; of what begins or ends within a day, with the time. */
  range(from: string, to: string): string {
    const [first, end] = [Date.parse(from), Date.parse(to)];
    if (!isMidnight(first)) return `${this.moment(first)} – ${this.moment(end)}`;
    const last = isMidnight(end) ? this.day(end - 1) : this.moment(end);
    return last === this.day(first) ? last : `${this.day(first)} – ${last}`;
  }

  /** The start of a bucket shorter than a day: 16:03. */
  minute(at: string): string {
    return this.clock(at).slice(0, 5);
  }

  /** The start of a month: 2026/11. */
  month(at: string): string {
    return this.#month.format(new Date(at));
  }

  /** How long, in one unit. */
  duration(seconds: number): string {
    const words = this.#words.duration;
    const write = (n: number) => this.#tenths.format(n);
    if (seconds < 60) return words.seconds(write(seconds));
    if (seconds < 3600) return words.minutes(write(seconds / 60));
    if (seconds < 86_400) return words.hours(write(seconds / 3600));
    return words.days(write(seconds / 86_400));
  }
}

/** Asia/Shanghai has had no other offset since 1991. */
const beijingMs = 8 * 3_600_000;

function isMidnight(at: number): boolean {
  return (at + beijingMs) % 86_400_000 === 0;
}

function yearInBeijing(at: string | number): number {
  return new Date(new Date(at).getTime() + beijingMs).getUTCFullYear();
}

/** What is quoted already, written inside quotation marks: its own become single ones. */
export function withinQuotes(text: string): string {
  return text.replaceAll('“', '‘').replaceAll('”', '’');
}
