/** Whether a reading opens an alert, closes one, or says nothing: without I/O. */
import type { AlertDirection, Reading, Rule, RuleSettings, Severity } from './rule.ts';

/** HOLD: an open alert stays open, and none is opened. */
export type Verdict = 'OPEN' | 'CLOSE' | 'HOLD';

/**
 * Opens at the bound, with a sample that is large enough, and closes only when the figure is back by the rule's
 * hysteresis, or the sample is as much too small: what swings about a bound is one alert.
 */
export function judge(rule: Rule, settings: RuleSettings, reading: Reading): Verdict {
  const { direction, hysteresis } = rule;
  const { bound, minimumSample, minimumDifference } = settings;
  const { figure, sample, mayClose } = reading;
  const difference = Math.abs(reading.value - (reading.expected ?? 0));
  const isLarge = rule.kind === 'THRESHOLD' || difference >= minimumDifference;
  if (isPast(direction, figure, bound) && sample >= minimumSample && isLarge) return 'OPEN';
  if (!mayClose) return 'HOLD';
  // A share cannot be above 1, however near to it the bound is.
  const back =
    direction === 'BELOW'
      ? Math.min(bound * (1 + hysteresis), rule.mostBound)
      : bound * (1 - hysteresis);
  const isSmall = rule.kind === 'CHANGE' && difference < minimumDifference * (1 - hysteresis);
  const isFew = sample < minimumSample * (1 - hysteresis);
  return !isPast(direction, figure, back) || isFew || isSmall ? 'CLOSE' : 'HOLD';
}

/** How grave a reading is that opens or keeps open. */
export function severityOf(rule: Rule, settings: RuleSettings, reading: Reading): Severity {
  const { severity, graverBound } = settings;
  const isGraver =
    graverBound !== null && isPast(rule.direction, reading.figure, graverBound) && severity < 3;
  // One more than 1 or 2 is 2 or 3.
  return isGraver ? ((severity + 1) as Severity) : severity;
}

function isPast(direction: AlertDirection, figure: number, bound: number): boolean {
  if (direction === 'BELOW') return figure < bound;
  return (direction === 'BOTH' ? Math.abs(figure) : figure) >= bound;
}
