/** The last figures seen, kept in the browser, so that the next visit begins with them. */
import { series } from '../api/metrics.ts';
import { list, number, object, text, type Read } from '../api/read.ts';

export interface Snapshot<T> {
  readonly data: T;
  /** Unix milliseconds. */
  readonly savedAt: number;
}

/** Changes with the shape of what is kept: an older one is then not read. */
const prefix = 'onenet.snapshot.2.';
/** Older figures would mislead more than they help. */
const maxAgeMs = 7 * 86_400_000;

export const figuresShape = list(series);

export function keepSnapshot(storage: Storage, key: string, data: unknown, now: number): void {
  try {
    storage.setItem(prefix + key, JSON.stringify({ key, savedAt: now, data }));
  } catch {
    // Full or forbidden: the page works without.
  }
}

/** Null when there is none, or it is too old or unreadable. */
export function readSnapshot<T>(
  storage: Storage,
  key: string,
  data: Read<T>,
  now: number,
): Snapshot<T> | null {
  try {
    const kept: unknown = JSON.parse(storage.getItem(prefix + key) ?? 'null');
    const snapshot = object({ key: text, savedAt: number, data })(kept, key);
    return now - snapshot.savedAt <= maxAgeMs ? snapshot : null;
  } catch {
    return null;
  }
}
