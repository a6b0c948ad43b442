/** Months of Asia/Shanghai, as `YYYY-MM`: what editions are of. */
import { NetError } from '@onenet/contract';
import { shanghaiMs } from '../periods.ts';
import type { Range } from '../periods.ts';

export function monthOf(ms: number): string {
  return new Date(ms + shanghaiMs).toISOString().slice(0, 7);
}

/** `add` months later. */
export function monthAfter(month: string, add = 1): string {
  return monthOf(startOfMonth(month, add));
}

export function rangeOfMonth(month: string): Range & { readonly fromMs: number } {
  const endMs = startOfMonth(month, 1);
  return { fromMs: startOfMonth(month, 0), toMs: endMs, endMs, calendar: 'month' };
}

/** A month that a caller names. */
export function monthIn(text: string): string {
  if (/^20\d{2}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new NetError('BAD_INPUT', `\`month: ${text}\` is no month: write it like 2026-10.`);
}

function startOfMonth(month: string, add: number): number {
  return Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + add) - shanghaiMs;
}
