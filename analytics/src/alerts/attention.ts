/** What needs attention now: the open alerts, as the overview shows them. */
import { ruleByName } from './rules.ts';
import type { AttentionKind, Severity } from './rule.ts';
import { metricOf } from './message.ts';
import type { Alerts } from './store.ts';

/** `AttentionItem` of analytics.graphql. */
export interface AttentionItem {
  readonly kind: AttentionKind;
  /** Null: the net as a whole. */
  readonly platform: string | null;
  /** 1 (look today) to 3 (look now). */
  readonly severity: Severity;
  readonly value: number;
  readonly metric: string | null;
  readonly since: string | null;
}

/** The gravest first. `platforms`: of these alone. */
export async function attention(
  alerts: Alerts,
  platforms: readonly string[] | undefined,
): Promise<AttentionItem[]> {
  const open = await alerts.open();
  return open.flatMap(({ rule: name, platform, severity, value, from }) => {
    const rule = ruleByName(name);
    if (!rule || (platforms && !platforms.includes(platform))) return [];
    const of = { kind: rule.attention, metric: metricOf(rule), severity, value, since: from };
    return [{ ...of, platform: platform === '' ? null : platform }];
  });
}
