/** Aid: what the figures speak of, or a small stock: files, a fund with its books, programmes, grants, pairings. */
import type { ModuleRecord } from '../records.ts';
import { entry, fund, grant, hardshipFile, pairing, programme, type Given } from './aid-records.ts';
import { recentAid } from './aid-recent.ts';
import { dayMs, figuresAsOf, momentBetween, officeMoment } from './calendar.ts';
import type { Random } from './random.ts';
import type { Site } from './site.ts';

export function* aid(site: Site): Generator<ModuleRecord> {
  yield* stock(site, planOf(site));
  yield* recentAid(site);
}

/** What is given under one programme: so many grants that add up to so much. */
interface ProgrammePlan {
  readonly name: string;
  readonly form: string;
  readonly grants: number;
  /** 0 for a form without money. */
  readonly totalFen: number;
  readonly channel: 'WEBSITE' | 'STATION';
}

interface AidPlan {
  readonly files: number;
  readonly programmes: readonly ProgrammePlan[];
  readonly pairings: number;
  readonly pairedWorkers: number;
}

/**
 * Xiangyang's 3 on-line applicants are among its 1,750, and their money is part of the 2,650,000 yuan: the
 * source says what was given in all, and tells of the three beside it. So one sum is one metric.
 */
function planOf(site: Site): AidPlan {
  const reliefFen = site.figure('illness-relief') * site.figure('online-applicants') * 100;
  const applicants = site.figure('online-applicants');
  const workers = site.figure('aid-workers');
  const transplants = site.figure('transplant-patients');
  if (workers > 0) {
    const cashFen = site.figure('aid-amount') * 100 - reliefFen;
    return {
      files: site.figure('hardship-workers'),
      programmes: [
        plan('困难职工帮扶', 'CASH', workers - applicants, cashFen),
        { ...plan('大病救助', 'SERIOUS_ILLNESS', applicants, reliefFen), channel: 'WEBSITE' },
        plan('技能培训', 'TRAINING', 60),
      ],
      pairings: site.figure('cadres-paired'),
      pairedWorkers: site.figure('workers-paired'),
    };
  }
  if (transplants > 0) {
    return {
      files: transplants + 91,
      programmes: [
        plan('移植病人救助', 'MEDICAL', transplants, site.figure('transplant-amount') * 100),
        plan('“输血”生活救助', 'CASH', 0),
        plan('“造血”技能培训', 'TRAINING', 36),
        plan('“造血”就业援助', 'EMPLOYMENT', 24),
      ],
      pairings: 20,
      pairedWorkers: 20,
    };
  }
  if (site.platform.kind === 'AID_CENTRE') {
    return {
      files: 140,
      programmes: [
        plan('困难职工生活救助', 'CASH', 60, 9_000_000),
        plan('大病救助', 'SERIOUS_ILLNESS', 20, 10_000_000),
        plan('金秋助学', 'SCHOOLING', 20, 6_000_000),
        plan('技能培训', 'TRAINING', 30),
      ],
      pairings: 0,
      pairedWorkers: 0,
    };
  }
  return {
    files: 48,
    programmes: [plan('困难职工帮扶', 'CASH', 24, 2_880_000), plan('技能培训', 'TRAINING', 12)],
    pairings: 18,
    pairedWorkers: 12,
  };
}

function plan(name: string, form: string, grants: number, totalFen = 0): ProgrammePlan {
  return { name, form, grants, totalFen, channel: 'STATION' };
}

const appliedFrom = Date.parse('2014-02-01T00:00:00+08:00');
/** Leaves a file five months for what comes of it. */
const lastApplied = figuresAsOf.getTime() - 150 * dayMs;

function* stock(
  site: Site,
  { files, programmes, pairings, pairedWorkers }: AidPlan,
): Generator<ModuleRecord> {
  const random = site.random('aid');
  const fundId = site.id('fund-1');
  const paidFen = programmes.reduce((sum, { totalFen }) => sum + totalFen, 0);
  // In three parts of whole ten thousands of yuan, the least of which there is enough.
  const partFen = Math.ceil((paidFen * 1.1) / 3_000_000) * 1_000_000;
  const credits = [0, 1, 2].map((n) => ({
    at: new Date(officeMoment(random, appliedFrom - (40 - 10 * n) * dayMs)),
    amountFen: partFen,
  }));
  yield* fund(site, {
    id: fundId,
    name: '困难职工帮扶资金',
    credits,
    paidFen,
    reservedFen: 0,
    simulated: false,
  });
  for (const [n, { name, form, grants }] of programmes.entries()) {
    yield programme(site, {
      id: site.id(`programme-${n + 1}`),
      name,
      form,
      fundId: isWithMoney(form) ? fundId : null,
      startedAt: new Date(appliedFrom - 5 * dayMs),
      grantCount: grants,
      simulated: false,
    });
  }
  const given = givenOf(site, programmes, fundId);
  let cadre = 0;
  for (let n = 0; n < files; n++) {
    // Of the first workers with a cadre, as many as need be have two.
    const cadres = n >= pairedWorkers ? 0 : n < pairings - pairedWorkers ? 2 : 1;
    const got = given[n];
    const appliedAt = officeMoment(random, momentBetween(random, appliedFrom, lastApplied));
    const registeredAt = officeMoment(random, appliedAt + random.between(2, 12) * dayMs);
    const file = hardshipFile(site, random, {
      local: `hardship-${n + 1}`,
      n,
      appliedAt,
      registeredAt,
      status: 'REGISTERED',
      cause: got?.form === 'MEDICAL' || got?.form === 'SERIOUS_ILLNESS' ? 'ILLNESS' : undefined,
      pairingCount: cadres,
      grantCount: got ? 1 : 0,
      grantedFen: got?.amountFen ?? 0,
      simulated: false,
    });
    yield file;
    for (let each = 0; each < cadres; each++) {
      cadre += 1;
      yield pairing(site, random, {
        local: `pairing-${cadre}`,
        cadre: `cadre-${cadre}`,
        file,
        pairedAt: officeMoment(random, registeredAt + (10 + 20 * each) * dayMs),
        isFirst: each === 0,
      });
    }
    if (got) yield* grantOf(site, random, got, { n, file, registeredAt });
  }
}

/** Who gets what: one after another, each at most one grant. */
function givenOf(
  site: Site,
  programmes: readonly ProgrammePlan[],
  fundId: string,
): readonly Given[] {
  return programmes.flatMap(({ form, grants, totalFen, channel }, index) =>
    Array.from({ length: grants }, (_, n) => ({
      programmeId: site.id(`programme-${index + 1}`),
      form,
      channel,
      fundId: isWithMoney(form) ? fundId : null,
      amountFen: isWithMoney(form) ? shareOf(totalFen, grants, n) : null,
    })),
  );
}

/** The n-th of so many whole yuan that add up to the total; in pairs, one gets more and one less. */
function shareOf(totalFen: number, parts: number, n: number): number {
  const yuan = totalFen / 100;
  const even = Math.floor(((n + 1) * yuan) / parts) - Math.floor((n * yuan) / parts);
  const isPaired = n < parts - (parts % 2);
  // Three who get the same each have no pairs.
  const more = parts > 3 && isPaired ? Math.floor(even / 10) * (Math.floor(n / 2) % 5) : 0;
  const partner = n % 2 === 0 ? more : -moreOfPartner(yuan, parts, n);
  return (even + partner) * 100;
}

/** What the one before, the other of the pair, got more. */
function moreOfPartner(yuan: number, parts: number, n: number): number {
  if (parts <= 3 || n >= parts - (parts % 2)) return 0;
  const even = Math.floor((n * yuan) / parts) - Math.floor(((n - 1) * yuan) / parts);
  return Math.floor(even / 10) * (Math.floor((n - 1) / 2) % 5);
}

function* grantOf(
  site: Site,
  random: Random,
  given: Given,
  {
    n,
    file,
    registeredAt,
  }: { readonly n: number; readonly file: ModuleRecord; readonly registeredAt: number },
): Generator<ModuleRecord> {
  const appliedAt = officeMoment(random, registeredAt + random.between(3, 40) * dayMs);
  const approvedAt = officeMoment(random, appliedAt + random.between(2, 15) * dayMs);
  const givenAt = officeMoment(random, approvedAt + random.between(1, 20) * dayMs);
  const record = grant(site, random, {
    local: `grant-${n + 1}`,
    file,
    given,
    times: [appliedAt, approvedAt, givenAt],
    simulated: false,
  });
  yield record;
  yield* entry(record);
}

function isWithMoney(form: string): boolean {
  return form !== 'TRAINING' && form !== 'EMPLOYMENT';
}
