/** How much is wrong, of what needs attention. */
import type { AttentionItem } from './api/health.ts';
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
