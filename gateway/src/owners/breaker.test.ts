/** A breaker opens after repeated failures, tries again by itself, and closes when the owner is back. */
import { expect, test } from 'vitest';
import { Breakers, type Breaker } from './breaker.ts';

function breakerAt(): { breaker: Breaker; clock: { now: number }; breakers: Breakers } {
  const clock = { now: 0 };
  const breakers = new Breakers({ failures: 3, openMs: 100, maxOpenMs: 300, now: () => clock.now });
  return {
    breakers,
    breaker: breakers.of('A', 'http://a'),
    clock,
  };
}

function fail(breaker: Breaker, times: number): void {
  for (let i = 0; i < times; i++) {
    expect(breaker.admits()).toBe(true);
    breaker.note('FAILED');
  }
}

test('opens after failures one after another; a success in between forgives', () => {
  const { breaker } = breakerAt();
  fail(breaker, 2);
  breaker.note('ANSWERED');
  fail(breaker, 2);
  breaker.note('UNDECIDED');
  fail(breaker, 1);
  expect(breaker.admits()).toBe(false);
});

test('lets one trial through, waits longer after each that fails, and closes after one that succeeds', () => {
  const { breaker, clock } = breakerAt();
  fail(breaker, 3);
  clock.now += 100;
  expect(breaker.admits()).toBe(true);
  expect(breaker.admits()).toBe(false);
  breaker.note('FAILED');
  clock.now += 100;
  expect(breaker.admits()).toBe(false);
  clock.now += 100;
  expect(breaker.admits()).toBe(true);
  breaker.note('ANSWERED');
  expect([breaker.admits(), breaker.admits()]).toEqual([true, true]);
});

test('a trial of which nothing came gives way to the next', () => {
  const { breaker, clock } = breakerAt();
  fail(breaker, 3);
  clock.now += 100;
  expect(breaker.admits()).toBe(true);
  breaker.note('UNDECIDED');
  expect(breaker.admits()).toBe(true);
});

test('an owner that moved begins anew', () => {
  const { breaker, breakers } = breakerAt();
  fail(breaker, 3);
  expect(breakers.of('A', 'http://a').admits()).toBe(false);
  expect(breakers.of('A', 'http://b').admits()).toBe(true);
});
