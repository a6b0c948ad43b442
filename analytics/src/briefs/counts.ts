/** What a brief must know beside its figures: how much each share is of, since when there is anything, and who has sent something. */
import { eventTypes } from '@onenet/contract';
import type { EventTypeName } from '@onenet/contract';
import { asOf, definitionsOf } from '../as-of.ts';
import { firstDayMs } from '../beginning.ts';
import type { Comparison } from '../comparisons.ts';
import { knownMetric } from '../known.ts';
import { computed } from '../metrics/metric.ts';
import type { Metric } from '../metrics/metric.ts';
import { answer } from '../query.ts';
import type { Answers } from '../query.ts';
import { questionOf } from '../question.ts';
import type { CountedInput } from '../question.ts';
import { samples } from '../ranking/samples.ts';
import type { Sources } from '../series.ts';

// The keys of the list are its names.
const types = Object.keys(eventTypes).filter(
  (type) => type !== 'onenet.opening',
) as EventTypeName[];
const anything: Metric = {
  ...knownMetric('requestsSubmitted'),
  name: 'briefEvents',
  types,
  ...computed({ terms: [{ column: 'total', types }] }),
};
const counted = [anything, ...Object.values(samples)];

export interface Counts {
  /** Of what shares and quantiles are of, by name. */
  readonly samples: ReadonlyMap<string, Readonly<Record<'now' | 'before' | 'yearAgo', number>>>;
  /** UTC ms; undefined: nothing has ever happened. */
  readonly beganMs: number | undefined;
  /** Platforms that sent anything, by period. */
  readonly sent: Readonly<Record<'now' | 'before' | 'yearAgo', ReadonlySet<string>>>;
  readonly state: string | null;
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
    const question = (compareWith: Comparison) =>
      questionOf(
        moment,
        { ...asked, compareWith },
        { metrics: counted, where, group: { by: 'platform' }, usage: undefined, nowMs },
      );
    const before = await answer(sources, question('PREVIOUS_PERIOD'));
    const yearAgo = await answer(sources, question('YEAR_AGO'));
    return {
      samples: new Map(
        Object.values(samples).map(({ name }) => [
          name,
          {
            now: summed(before, name, 'value'),
            before: summed(before, name, 'previous'),
            yearAgo: summed(yearAgo, name, 'previous'),
          },
        ]),
      ),
      beganMs: await firstDayMs(sources.clickhouse, { ...question('NONE'), metrics: [anything] }),
      sent: {
        now: withSome(before, 'value'),
        before: withSome(before, 'previous'),
        yearAgo: withSome(yearAgo, 'previous'),
      },
      state: moment.state(),
    };
  });
}

/** Over the platforms. */
function summed(answers: Answers, name: string, part: 'value' | 'previous'): number {
  return [...answers.values()].reduce((sum, of) => sum + (of.get(name)?.[part] ?? 0), 0);
}

function withSome(answers: Answers, part: 'value' | 'previous'): ReadonlySet<string> {
  const keys = [...answers].flatMap(([key, of]) =>
    (of.get(anything.name)?.[part] ?? 0) === 0 ? [] : [key],
  );
  return new Set(keys);
}
