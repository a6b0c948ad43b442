/** What a platform holds when the reference net starts: generated, deterministic, module by module. */
import type { PlatformDefinition } from './definition.ts';
import type { ReferenceRecord } from './records.ts';

export interface ReferenceOptions {
  /** Share of the large figures that becomes records, above 0, at most 1; the rest is opening balances. */
  readonly scale: number;
  /** Nothing happens after this. */
  readonly now: Date;
}

/**
 * Yields the platform's records: organizations, stations, requests, members, channels, articles,
 * openings. The same platform, scale and `now` give the same records.
 */
export function* referenceRecords(
  _platform: PlatformDefinition,
  _options: ReferenceOptions,
): Generator<ReferenceRecord> {}
