/** What is being looked at: period, comparison, filters, metric, language and look, all from the address. */
import { goto } from '$app/navigation';
import { page } from '$app/state';
import { base, pathOf } from '../address.ts';
import type { Asked, Comparison, Period } from '../api/metrics.ts';
import { languages, type Language } from '../../messages/messages.ts';
import {
  askedOf,
  comparisonOf,
  daysOf,
  defaults as askedDefaults,
  filters,
  periodOf,
  placeOf,
} from './asked.ts';
import { choose, withChoices } from './choices.ts';
import { keepLook, readLook } from './look.ts';

/** High contrast is a look of its own: black on white. */
export const themes = ['auto', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof themes)[number];

/** Large type, for whoever reads better by it. */
export const sizes = ['normal', 'large'] as const;
export type Size = (typeof sizes)[number];

/** The metric that map, trend and rankings speak of when the address names none. */
const defaultMetric = 'requestsResolved';

const defaults: Readonly<Record<string, string>> = {
  ...askedDefaults,
  metric: defaultMetric,
  lang: languages[0],
  theme: themes[0],
  size: sizes[0],
  client: '',
};

/** Categories, and how single parts of a page are narrowed and sorted. */
const ofOnePage = Object.fromEntries(
  ['category', 'by', 'sort', 'times', 'requests', 'supervisions', 'transfers', 'articles'].map(
    (name) => [name, ''],
  ),
);

export class View {
  readonly #params = $derived(page.url.searchParams);
  /** The path of this page, as its folder in `routes` has it. */
  readonly path: string = $derived(pathOf(page.url.pathname));
  /** How this browser last looked, for what the address does not say. */
  #look = $state.raw(readLook(localStorage));

  readonly period: Period = $derived(periodOf(this.#params));
  readonly comparison: Comparison = $derived(comparisonOf(this.#params));
  readonly days = $derived(daysOf(this.#params));
  /** As a text: for another theme or language, which change the address, nothing is asked again. */
  readonly #asked = $derived(JSON.stringify(askedOf(this.#params, this.path)));
  /** What every question of the page has in common. */
  readonly asked: Asked = $derived(JSON.parse(this.#asked) as Asked);
  /** A token of the state that is meant; empty: as it is now. */
  readonly asOf: string = $derived(this.#params.get('asOf') ?? '');

  readonly metric: string = $derived(this.#params.get('metric') ?? defaultMetric);
  readonly language: Language = $derived(choose(this.#chosen('lang'), languages));
  readonly theme: Theme = $derived(choose(this.#chosen('theme'), themes));
  readonly size: Size = $derived(choose(this.#chosen('size'), sizes));

  /** Filters; empty: everything. */
  readonly place: string = $derived(placeOf(this.#params, this.path));
  readonly platform: string = $derived(this.#params.get('platform') ?? '');
  readonly category: string = $derived(this.#params.get('category') ?? '');
  readonly channel: string = $derived(this.#params.get('channel') ?? '');
  readonly client: string = $derived(this.#params.get('client') ?? '');

  /** Of a page's metrics the one that was chosen, else the page's first. */
  metricOf(names: readonly string[]): string {
    const named = this.#params.get('metric');
    return names.find((name) => name === named) ?? names[0] ?? this.metric;
  }

  /** What one page alone keeps in the address; empty: not chosen. */
  chosen(name: string): string {
    return this.#params.get(name) ?? '';
  }

  /** The address of another page of ours that keeps what is being looked at, but for `choices`. */
  href(path: string, choices: Readonly<Record<string, string>> = {}): string {
    // A platform's or a place's own page is about that one; and every page has categories of its own:
    // what narrows one means nothing on another.
    const isOwn = /^\/(?:place|platform)\//.test(path);
    const other =
      path === this.path ? {} : { ...ofOnePage, ...(isOwn && { place: '', platform: '' }) };
    return base + path + withChoices(page.url.search, { ...other, ...choices }, defaults);
  }

  /** This page, otherwise filtered. */
  here(choices: Readonly<Record<string, string>>): string {
    return this.href(this.path, choices);
  }

  /** A step that the browser's back button undoes. */
  async set(choices: Readonly<Record<string, string>>): Promise<void> {
    this.#look = keepLook(localStorage, this.#look, choices);
    await goto(page.url.pathname + withChoices(page.url.search, choices, defaults), {
      reset: false,
    });
  }

  /** Everything again, of everything. */
  async clear(): Promise<void> {
    await this.set(Object.fromEntries(filters.map((filter) => [filter, ''])));
  }

  #chosen(name: 'lang' | 'theme' | 'size'): string | null {
    return this.#params.get(name) ?? this.#look[name] ?? null;
  }
}
