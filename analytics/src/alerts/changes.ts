/** Counts of the last whole day or hour against what is usual for its weekday, by platform. */
import { figures, told } from './figures.ts';
import type { Ask, Read, Whole } from './figures.ts';
import type { History } from './history.ts';
import type { Reading } from './rule.ts';
import { isOrdinaryDay, leastWeeks, robustZ, usual } from './unusual.ts';

/** `ask.platforms`: those that are in as a whole. */
export async function changes(ask: Ask, range: Whole, history: History): Promise<Read> {
  // Nothing is usual: that opens nothing, and what was about an earlier day or hour is over.
  const incomparable: Reading = {
    ...told(range),
    figure: NaN,
    value: 0,
    sample: 0,
    expected: null,
    spread: null,
  };
  if (!isOrdinaryDay(range.fromMs)) return () => incomparable;
  const now = await figures(ask, range);
  const before = await history.weeks(ask, range);
  const begun = await history.knownFrom(ask, range);
  return ({ subject: { metric } }, platform) => {
    const value = now.get(platform)?.get(metric.name)?.value ?? 0;
    const first = begun.get(platform) ?? Infinity;
    const counts = before
      .filter(({ fromMs }) => fromMs >= first)
      .map(({ found }) => found.get(platform)?.get(metric.name)?.value ?? 0);
    if (counts.length < leastWeeks) return incomparable;
    const expected = usual(counts);
    const figure = robustZ(value, expected);
    return {
      ...told(range),
      ...expected,
      figure,
      value,
      sample: Math.max(value, expected.expected),
    };
  };
}
