/** What is being looked at: period, comparison, metric, language and look, all from the address. */
import { goto } from '$app/navigation';
import { page } from '$app/state';
import { comparisons, periods, type Comparison, type Period } from '../api/metrics.ts';
import { languages, type Language } from '../../messages/messages.ts';
import { choose, withChoices } from './choices.ts';

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** The metric that map, trend and rankings speak of when the address names none. */
const defaultMetric = 'requestsResolved';

export class View {
  readonly period: Period = $derived(choose(page.url.searchParams.get('period'), periods));
  readonly comparison: Comparison = $derived(
    choose(page.url.searchParams.get('compare'), comparisons),
  );
  readonly metric: string = $derived(page.url.searchParams.get('metric') ?? defaultMetric);
  readonly language: Language = $derived(choose(page.url.searchParams.get('lang'), languages));
  readonly theme: Theme = $derived(choose(page.url.searchParams.get('theme'), themes));

  /** Whose sharing is looked at; empty: everybody's. */
  readonly platform: string = $derived(page.url.searchParams.get('platform') ?? '');
  readonly client: string = $derived(page.url.searchParams.get('client') ?? '');

  /** The address of another page of ours that keeps what is being looked at. */
  href(path: string): string {
    return `${path}${page.url.search}`;
  }

  /** A step that the browser's back button undoes. */
  async set(choices: Readonly<Record<string, string>>): Promise<void> {
    const defaults = {
      period: periods[0],
      compare: comparisons[0],
      metric: defaultMetric,
      lang: languages[0],
      theme: themes[0],
      platform: '',
      client: '',
    };
    const search = withChoices(page.url.search, choices, defaults);
    await goto(`${page.url.pathname}${search}`, { reset: false });
  }
}
