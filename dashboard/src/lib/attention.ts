/** How much is wrong, of what needs attention. */
import type { AttentionItem, FeedStatus } from './api/health.ts';
import type { Dashboard } from './state/dashboard.svelte.ts';

/** In the unit of what it is about; null where there is no number. */
export function attentionSize(
  { kind, metric, value }: AttentionItem,
  dashboard: Pick<Dashboard, 'format' | 'metric'>,
): string | null {
  if (value === null) return null;
  const { format } = dashboard;
  switch (kind) {
    case 'FEED_BEHIND':
    case 'FEED_BROKEN':
    case 'UNREACHABLE':
      return format.duration(value);
    case 'MONTH_OPEN':
      // In days.
      return format.duration(value * 86_400);
    case 'OVERDUE':
      // A number of requests, whatever metric they pull down.
      return format.withUnit(value, dashboard.metric('requestsResolved'));
    default:
      return metric === null
        ? format.number(value)
        : format.withUnit(value, dashboard.metric(metric));
  }
}

/** States of a feed by which its platform's figures are judged, or that nobody waits for. */
const settled: ReadonlySet<string> = new Set(['OK', 'QUIET', 'NOT_CONNECTED']);

/** The parts of a `Dashboard` that tell it. */
interface Judging {
  readonly live: { readonly feeds: readonly Pick<FeedStatus, 'state'>[] | undefined };
  readonly words: Pick<Dashboard['words'], 'attentionNone' | 'attentionNotJudged'>;
}

/** What is said where no alert is open: what is not all in was not judged, which is not well. */
export function withoutAlerts({ live, words }: Judging): {
  readonly sign: 'check' | 'ring' | 'question';
  readonly said: string;
} {
  const behind = live.feeds?.filter(({ state }) => !settled.has(state)).length;
  if (behind === undefined) return { sign: 'ring', said: words.attentionNone };
  return behind === 0
    ? { sign: 'check', said: words.attentionNone }
    : { sign: 'question', said: words.attentionNotJudged(behind) };
}
