/** What stands under whatever is taken away. */
import type { Covered } from '../api/metrics.ts';
import { keptState } from '../api/states.ts';
import type { Dashboard } from '../state/dashboard.svelte.ts';

/** Whose it is, of when, how complete, a line each. `when`: of when, in words; empty where it is of no period. */
export function aboutExport(
  dashboard: Dashboard,
  covered?: Covered,
  when = periodInWords(dashboard),
): readonly string[] {
  const { words, format, now, platforms } = dashboard;
  const isDemo = platforms.current?.some(({ demoNotice }) => demoNotice !== null) ?? false;
  return [
    words.siteName,
    ...(when === '' ? [] : [words.exportPeriod(when)]),
    ...(covered ? [coverInWords(dashboard, covered)] : []),
    words.exportedAt(format.moment(now.current)),
    ...(isDemo ? [words.demoDataExplained] : []),
  ];
}

/** Where it can be seen, by everybody the same: in the state in which it was taken, where that is known. */
export async function addressOf({ view }: Dashboard, covered?: Covered): Promise<string> {
  const asOf = view.asOf === '' && covered?.state ? await keptState(covered.state) : view.asOf;
  return new URL(asOf === '' ? location.href : view.here({ asOf }), location.href).href;
}

function periodInWords({ view, words }: Dashboard): string {
  const { period, days } = view;
  return period === 'CUSTOM' ? `${days.from} – ${days.to}` : words.periods[period];
}

function coverInWords(dashboard: Dashboard, { asOf, asked, answered, behind }: Covered): string {
  const { words, format } = dashboard;
  const nameOf = (code: string) => dashboard.platformName(code);
  return [
    words.asOf(format.moment(asOf)),
    ...(asked > 1 && answered === asked ? [words.allAnswered(asked)] : []),
    ...(answered < asked ? [words.answeredOf(answered, asked)] : []),
    ...(behind.length > 0 ? [words.behind(format.names(behind.map(nameOf)))] : []),
  ].join(' · ');
}
