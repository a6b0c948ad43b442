/** Whether a brief's figures are had again: `metrics`, asked for its state, must answer the same. */
import { metricSeries } from '../series.ts';
import type { Sources } from '../series.ts';
import type { StoredBrief } from './brief.ts';

/** A figure that is answered otherwise now. */
export interface BriefDifference {
  readonly metric: string;
  readonly kept: number | null;
  readonly now: number | null;
}

export async function differencesOf(
  sources: Sources,
  { kind, span, platform, state, figures }: StoredBrief,
  nowMs: number,
): Promise<readonly BriefDifference[]> {
  const input = {
    metrics: figures.map(({ metric }) => metric),
    period: kind,
    at: span.from,
    simulated: false,
    compareWith: 'NONE',
    state,
    ...(platform && { platforms: [platform.code] }),
  } as const;
  const found = (await metricSeries(sources, input, { of: 'net' }, nowMs)).get('') ?? [];
  return figures.flatMap(({ metric, value }, i) => {
    const now = found[i]?.value ?? null;
    // Before anything ever happened a brief tells nothing, where the sum of nothing is zero.
    const isSame = now === value || (value === null && now === 0);
    return isSame ? [] : [{ metric, kept: value, now }];
  });
}
