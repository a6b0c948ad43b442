/** Figures as the chosen language writes them, and times and durations in its words. */
import { FigureFormat, locales } from '@onenet/charts';
import type { Language, Messages } from '../messages/messages.ts';

/** The writers of one language. */
export class Format extends FigureFormat {
  readonly #words: Messages;
  readonly #tenths: Intl.NumberFormat;
  readonly #month: Intl.DateTimeFormat;

  constructor(language: Language, words: Messages) {
    super(language);
    this.#words = words;
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

/** What is quoted already, written inside quotation marks: its own become single ones. */
export function withinQuotes(text: string): string {
  return text.replaceAll('“', '‘').replaceAll('”', '’');
}
