/** `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10), and `Retry-After`. */
import type { Left } from './lease.ts';
import type { QuotaLimits } from './ledger.ts';

/** What a caller may ask in a window, and what is left of it. */
export function rateLimitHeaders(
  limits: QuotaLimits,
  left: Left,
): Readonly<Record<string, string>> {
  const { perSecond, burst, perDay, concurrent } = limits;
  const windowSeconds = Math.max(1, Math.ceil(burst / perSecond));
  const refillSeconds = Math.ceil((burst - left.admissions) / perSecond);
  const policy = [`"burst";q=${burst};w=${windowSeconds}`];
  const state = [`"burst";r=${left.admissions};t=${refillSeconds}`];
  if (perDay !== null) {
    policy.push(`"day";q=${perDay};w=86400`);
    state.push(`"day";r=${left.ofDay};t=${Math.ceil(left.dayEndsInMs / 1000)}`);
  }
  if (concurrent !== null) policy.push(`"under-way";q=${concurrent};qu="concurrent-requests"`);
  return { 'ratelimit-policy': policy.join(', '), ratelimit: state.join(', ') };
}

export function retryAfter(waitMs: number): Readonly<Record<string, string>> {
  return { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) };
}
