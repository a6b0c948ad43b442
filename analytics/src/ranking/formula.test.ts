/** Published formulas stay what they are, ask for what there is, and are documented with their numbers. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { metricByName } from '../metrics.ts';
import { formulaHash, formulas } from './formula.ts';
import { samples } from './samples.ts';

test('each gives the hash under which it was published: make another version instead of an edit', () => {
  expect(Object.fromEntries(formulas.map((formula) => [formula.id, formulaHash(formula)]))).toEqual(
    {
      v1: 'ace4d3df48588b8fb4596051e1e2cbb025818ab116d57c868c754663b78cbd21',
      v2: '6528df00d189e61873273b714039c998dbfca8f7617a8e73f4b19001b8400d86',
    },
  );
});

test('every metric is of the list, and every sample of the metric that it counts', () => {
  for (const { metric, per, sample } of formulas.flatMap(({ parts }) => parts)) {
    expect(metricByName(metric)?.name).toBe(metric);
    if (per) expect(metricByName(per.metric)?.kind).toBe('STOCK');
    if (sample) expect(samples[sample.of].types).toEqual(metricByName(metric)?.types);
  }
});

test.for(['ranking.md', 'ranking.zh-CN.md'])('%s has each part with its weight', async (name) => {
  const text = await readFile(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
  const cells = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  for (const { id, parts } of formulas) {
    for (const { metric, weight, sample, per } of parts) {
      const row = cells.find((found) => found[1] === id && found[2] === `\`${metric}\``);
      expect(row, `${id} ${metric}`).toBeDefined();
      expect(row?.[3]).toBe(String(weight));
      expect(row?.[5]).toContain(String(sample?.minimum ?? per?.minimum ?? ''));
    }
  }
});
