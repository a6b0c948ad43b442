/** Something that needs attention, whatever the day: how many requests are overdue depends on when records were generated. */
import { vi } from 'vitest';
import { ask } from '../fixtures/small-net.ts';

/** Sets the bound of the rule on overdue requests so that the three platforms with most of them have an alert; resolves when they do. */
export async function untilOutliers(gateway: string): Promise<void> {
  const graphql = `${gateway}/graphql`;
  const outliers = async () => {
    const { data } = await ask(
      graphql,
      '{ alerts(input: { state: OPEN, rules: ["OVERDUE"], first: 30 }) { rows { id } } }',
    );
    return (data?.['alerts'] as { rows: unknown[] } | undefined)?.rows.length ?? 0;
  };
  if ((await outliers()) > 0) return;
  const { data } = await ask(
    graphql,
    '{ tops(input: { metric: "requestsOverdue", by: PLATFORM, period: LAST_7_DAYS, first: 3 }) { rows { value } } }',
  );
  const tops = data?.['tops'] as { rows: { value: number }[] } | undefined;
  const { errors } = await ask(
    graphql,
    'mutation ($input: SetAlertRuleInput!) { setAlertRule(input: $input) { name } }',
    { input: { rule: 'OVERDUE', bound: tops?.rows[2]?.value } },
  );
  if (errors) throw new Error(`the rule was not set: ${JSON.stringify(errors)}`);
  await vi.waitUntil(async () => (await outliers()) > 0, { timeout: 60_000, interval: 500 });
}
