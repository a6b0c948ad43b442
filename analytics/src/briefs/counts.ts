/** What a brief must know beside its figures: how much each share is of, since when there is anything, and who has sent something. */
import { eventTypes } from '@onenet/contract';
import type { EventTypeName } from '@onenet/contract';
import { asOf, definitionsOf } from '../as-of.ts';
import { firstDayMs } from '../beginning.ts';
import type { Comparison } from '../comparisons.ts';
import { knownMetric } from '../known.ts';
import type { Metric } from '../metrics/metric.ts';
import { answer } from '../query.ts';
import type { Answers } from '../query.ts';
import { questionOf } from '../question.ts';
import type { CountedInput } from '../question.ts';
import { samples } from '../ranking/samples.ts';
import type { Sources } from '../series.ts';

const anything: Metric = {
  ...knownMetric('requestsSubmitted'),
  name: 'briefEvents',
  // The keys of the list are its names.
  types: Object.keys(eventTypes).filter((type) => type !== 'onenet.opening') as EventTypeName[],
  expression: 'sum(total)',
};
const counted = [anything, ...Object.values(samples)];

export interface Counts {
  /** Of what shares and quantiles are of, by name. */
  readonly samples: ReadonlyMap<string, Readonly<Record<'now' | 'before' | 'yearAgo', number>>>;
  /** UTC ms; undefined: nothing has ever happened. */
  readonly beganMs: number | undefined;
  /** Platforms that sent anything, by period. */
  readonly sent: Readonly<Record<'now' | 'before' | 'yearAgo', ReadonlySet<string>>>;
  readonly state: string;
}

/** `asked` is of one period; what it is compared with is both. */
export async function countsOf(
  sources: Sources,
  asked: Omit<CountedInput, 'compareWith'>,
  nowMs: number,
): Promise<Counts> {
  const where = { platforms: asked.platforms ?? undefined };
  const about = { state: asked.state, definitions: definitionsOf(counted), ...where };
  return await asOf(sources, about, nowMs, async (moment) => {
    const { clickhouse } = sources;
    const question = (compareWith: Comparison, metrics: readonly Metric[], byPlatform = false) =>
      questionOf(
        moment,
        // What was simulated was sent too.
        { ...asked, compareWith, simulated: byPlatform || asked.simulated },
        {
          metrics,
          where,
          group: byPlatform ? { by: 'platform' } : { by: 'all' },
          usage: undefined,
          nowMs,
        },
      );
    const ofSamples = Object.values(samples);
    const before = await answer(clickhouse, question('PREVIOUS_PERIOD', ofSamples));
    const yearAgo = await answer(clickhouse, question('YEAR_AGO', ofSamples));
    const sentBefore = await answer(clickhouse, question('PREVIOUS_PERIOD', [anything], true));
    const sentYearAgo = await answer(clickhouse, question('YEAR_AGO', [anything], true));
    return {
      samples: new Map(
        ofSamples.map(({ name }) => [
          name,
          {
            now: before.get('')?.get(name)?.value ?? 0,
            before: before.get('')?.get(name)?.previous ?? 0,
            yearAgo: yearAgo.get('')?.get(name)?.previous ?? 0,
          },
        ]),
      ),
      beganMs: await firstDayMs(clickhouse, question('NONE', [anything])),
      sent: {
        now: withSome(sentBefore, 'value'),
        before: withSome(sentBefore, 'previous'),
        yearAgo: withSome(sentYearAgo, 'previous'),
      },
      state: moment.state(),
    };
  });
}

function withSome(answers: Answers, part: 'value' | 'previous'): ReadonlySet<string> {
  const keys = [...answers].flatMap(([key, of]) =>
    (of.get(anything.name)?.[part] ?? 0) === 0 ? [] : [key],
  );
  return new Set(keys);
}
