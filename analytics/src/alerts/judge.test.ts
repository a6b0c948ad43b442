/** Every rule of the list opens at its bound and not just before it, with its sample, and closes only when it is well back. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { judge, severityOf } from './judge.ts';
import { hasSample, rules } from './rules.ts';
import type { Reading, Rule } from './rule.ts';

function reading(rule: Rule, figure: number, of: Partial<Reading> = {}): Reading {
  const { minimumSample, minimumDifference } = rule.defaults;
  const isChange = rule.kind === 'CHANGE';
  const whole = { expected: null, spread: null, from: null, to: null, about: null, mayClose: true };
  const shown = isChange ? { value: minimumDifference + 10, expected: 10 } : { value: figure };
  return { ...whole, figure, sample: minimumSample, ...shown, ...of };
}

/** A little on the side of the bound where nothing is wrong. */
function beside(rule: Rule, bound: number): number {
  const little = Math.abs(bound) * 1e-6;
  return rule.direction === 'BELOW' ? bound : bound - little;
}

/** The first figure at which something is wrong. */
function at(rule: Rule, bound: number): number {
  return rule.direction === 'BELOW' ? bound - Math.abs(bound) * 1e-6 : bound;
}

describe.each(rules.map((rule) => [rule.name, rule] as const))('%s', (_, rule) => {
  const { bound, graverBound, minimumSample, minimumDifference, severity } = rule.defaults;

  test('opens at its bound, and not just before it', () => {
    expect(judge(rule, rule.defaults, reading(rule, at(rule, bound)))).toBe('OPEN');
    expect(judge(rule, rule.defaults, reading(rule, beside(rule, bound)))).not.toBe('OPEN');
    expect(rule.leastBound <= bound && bound <= rule.mostBound).toBe(true);
  });

  test('says nothing of too few', () => {
    const few = reading(rule, at(rule, bound), { sample: minimumSample - 1 });
    if (hasSample(rule)) expect(judge(rule, rule.defaults, few)).not.toBe('OPEN');
    else expect(minimumSample).toBe(0);
  });

  test('of a change, a small difference is none', () => {
    const small = reading(rule, at(rule, bound), { value: minimumDifference - 1, expected: 0 });
    const isOpen = judge(rule, rule.defaults, small) === 'OPEN';
    expect(isOpen).toBe(rule.kind === 'THRESHOLD');
  });

  test('is held between the bound and where it is back', () => {
    const back = rule.hysteresis * (rule.direction === 'BELOW' ? 1 : -1);
    const within = reading(rule, bound * (1 + back / 2));
    const little = bound * 1e-6 * (rule.direction === 'BELOW' ? 1 : -1);
    const over = reading(rule, bound * (1 + back) + little);
    if (rule.hysteresis > 0) expect(judge(rule, rule.defaults, within)).toBe('HOLD');
    expect(judge(rule, rule.defaults, over)).toBe('CLOSE');
    expect(judge(rule, rule.defaults, { ...over, mayClose: false })).toBe('HOLD');
  });

  test('is graver from its second bound on', () => {
    const first = reading(rule, at(rule, bound));
    expect(severityOf(rule, rule.defaults, first)).toBe(severity);
    if (graverBound === null) return;
    const graver = severityOf(rule, rule.defaults, reading(rule, at(rule, graverBound)));
    expect(graver).toBe(severity + 1);
  });

  test('explains itself in both languages', () => {
    for (const text of [rule.label, rule.explanation]) expect(text).toMatch(/\p{Script=Han}/u);
    for (const text of [rule.labelEn, rule.explanationEn]) {
      expect(text).not.toMatch(/\p{Script=Han}|undefined/u);
    }
  });
});

test.each(['alerts.md', 'alerts.zh-CN.md'])('docs/%s has every rule as it is', async (name) => {
  const page = await readFile(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)`.*$/gm)].map(([row, rule]) => ({ row, rule }));
  // The page says once for all what is of any metric.
  const named = rules.filter(({ attention }) => !/^(ABOVE|BELOW)_BOUND$/.test(attention));
  expect(rows.map(({ rule }) => rule)).toEqual(named.map((rule) => rule.name));
  for (const { defaults, name: rule } of named) {
    const { bound, graverBound, severity, minimumSample } = defaults;
    const cells = rows
      .find((row) => row.rule === rule)
      ?.row.split('|')
      .map((cell) => cell.trim());
    const [, , opens = '', sample = '', graver, grade] = cells ?? [];
    expect(opens.match(/[\d.]+\d|\d/g)).toContain(String(bound));
    expect(sample.match(/\d+/)?.[0] ?? '0').toBe(String(minimumSample));
    expect([graver, grade]).toEqual([
      graverBound === null ? '' : String(graverBound),
      String(severity),
    ]);
  }
});

test('far fewer than usual is unusual too, where both ways are', () => {
  const day = rules.find(({ direction }) => direction === 'BOTH');
  const hour = rules.find(({ period, kind }) => period === 'HOUR' && kind === 'CHANGE');
  if (!day || !hour) throw new Error('There are no such rules.');
  expect(judge(day, day.defaults, reading(day, -day.defaults.bound))).toBe('OPEN');
  expect(judge(hour, hour.defaults, reading(hour, -hour.defaults.bound))).toBe('CLOSE');
});

test('a share closes at one, however near to it the bound is', () => {
  const rule = rules.find(({ name }) => name === 'LOW_AVAILABILITY');
  if (!rule) throw new Error('There is no such rule.');
  const settings = { ...rule.defaults, bound: 0.999 };
  expect(judge(rule, settings, reading(rule, 0.9995))).toBe('HOLD');
  expect(judge(rule, settings, reading(rule, 1))).toBe('CLOSE');
  // Nothing to divide by is past no bound.
  expect(judge(rule, settings, reading(rule, NaN))).toBe('CLOSE');
});
