/** Comparisons with departments: those that the published figures speak of, and a few of recent weeks. */
import type { DepartmentDefinition } from '../definition.ts';
import type { ModuleRecord, ReferenceEvent } from '../records.ts';
import { dayMs, figuresAsOf, minuteMs, momentBetween, officeMoment } from './calendar.ts';
import type { Random } from './random.ts';
import { recentMoments } from './recent.ts';
import type { Site } from './site.ts';

const comparedFrom = Date.parse('2014-03-01T00:00:00+08:00');

/** Comparisons of recent weeks on a working day. */
const perDay = 0.6;

/** Each department of the platform was compared with, in the years before the figures' date. */
export function* matchRuns(site: Site): Generator<ModuleRecord> {
  const departments = site.platform.departments ?? [];
  const random = site.random('match runs');
  for (const department of departments) yield* runsBefore(site, random, department);
  if (departments.length > 0) yield* recentRuns(site, departments);
}

function* runsBefore(
  site: Site,
  random: Random,
  department: DepartmentDefinition,
): Generator<ModuleRecord> {
  const moments = Array.from({ length: random.integer(2, 5) }, () =>
    officeMoment(random, momentBetween(random, comparedFrom, figuresAsOf.getTime() - 7 * dayMs)),
  ).toSorted((a, b) => a - b);
  for (const [index, startedAt] of moments.entries()) {
    yield matchRun(site, random, {
      local: `match-${department.code.toLowerCase().replaceAll('_', '-')}-${index + 1}`,
      department,
      startedAt,
      isFirst: index === 0,
      simulated: false,
    });
  }
}

function* recentRuns(
  site: Site,
  departments: readonly DepartmentDefinition[],
): Generator<ModuleRecord> {
  const random = site.random('recent match runs');
  let n = 0;
  for (const moment of recentMoments(site, random, perDay)) {
    n += 1;
    const startedAt = moment;
    const run = matchRun(site, random, {
      local: `match-${n}`,
      department: random.pick(departments),
      startedAt,
      isFirst: false,
      simulated: true,
    });
    if (run.updatedAt.getTime() <= site.now) yield run;
  }
}

interface RunDraft {
  readonly local: string;
  readonly department: DepartmentDefinition;
  readonly startedAt: number;
  /** The department was never compared with before. */
  readonly isFirst: boolean;
  readonly simulated: boolean;
}

function matchRun(site: Site, random: Random, draft: RunDraft): ModuleRecord {
  const { department, startedAt, isFirst, simulated } = draft;
  const { code, questions } = department;
  const asks = questions.length === 0 || random.chance(0.3);
  const asked = random.integer(40, 4_000);
  const matched = Math.round(asked * random.between(0.02, asks ? 0.7 : 0.3));
  const endedAt = new Date(startedAt + random.integer(2_000, 9 * minuteMs));
  const aided = site.platform.modules.includes('aid') && random.chance(0.4);
  const told = (type: ReferenceEvent['type'], value?: number): ReferenceEvent => ({
    type,
    at: endedAt,
    data: { place: site.seat, category: code, ...(value !== undefined && { value }) },
    person: null,
  });
  return {
    type: 'Record',
    of: 'MatchRun',
    id: site.id(draft.local),
    platformCode: site.code,
    updatedAt: endedAt,
    simulated,
    fields: {
      startedAt: new Date(startedAt),
      status: 'COMPLETED',
      direction: asks ? 'DEPARTMENT_ASKS' : 'PLATFORM_ASKS',
      subject: aided ? 'HARDSHIP_WORKERS' : 'MEMBERS',
      department: code,
      client: null,
      question: asks ? null : random.pick(questions),
      placeCode: site.seat,
      asked,
      matched,
      endedAt,
    },
    personal: {},
    events: [
      ...(isFirst ? [told('onenet.matching.connected')] : []),
      told('onenet.matching.compared', asked),
      told('onenet.matching.matched', matched),
    ],
  };
}
