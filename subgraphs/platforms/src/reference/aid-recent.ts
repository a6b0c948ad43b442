/** Aid of recent weeks, simulated: applications on their way, out of a fund of their own. */
import type { ModuleRecord } from '../records.ts';
import { entry, fund, grant, hardshipFile, pairing, programme, type Given } from './aid-records.ts';
import { dayMs, officeMoment } from './calendar.ts';
import type { Random } from './random.ts';
import { recentMoments } from './recent.ts';
import type { Site } from './site.ts';

const forms = [
  { name: '临时生活救助', form: 'CASH', weight: 45 },
  { name: '医疗救助', form: 'MEDICAL', weight: 20 },
  { name: '大病救助', form: 'SERIOUS_ILLNESS', weight: 10 },
  { name: '技能培训', form: 'TRAINING', weight: 15 },
  { name: '就业援助', form: 'EMPLOYMENT', weight: 10 },
] as const;

const hasMoney = (form: string): boolean => form !== 'TRAINING' && form !== 'EMPLOYMENT';

/** One application for about seven requests. */
export function* recentAid(site: Site): Generator<ModuleRecord> {
  const random = site.random('recent aid');
  const people: ModuleRecord[] = [];
  let n = 0;
  for (const appliedAt of recentMoments(site, random, site.platform.requestsPerDay * 0.15)) {
    n += 1;
    people.push(...applicant(site, random, n, appliedAt));
  }
  const grants = people.filter(({ of }) => of === 'AidGrant');
  const sum = (status: string) =>
    grants
      .filter(({ fields }) => fields['status'] === status)
      .reduce((fen, { fields }) => fen + Number(fields['amountFen'] ?? 0), 0);
  const [paidFen, reservedFen] = [sum('PAID'), sum('APPROVED')];
  const startedAt = new Date(officeMoment(random, site.now - 420 * dayMs));
  const amountFen = Math.ceil((paidFen + reservedFen + 5_000_000) / 10_000_000) * 10_000_000;
  yield* fund(site, {
    id: fundIdOf(site),
    name: '演示近期救助资金',
    credits: [{ at: startedAt, amountFen }],
    paidFen,
    reservedFen,
    simulated: true,
  });
  for (const { name, form } of forms) {
    const given = ['PAID', 'COMPLETED'];
    yield programme(site, {
      id: programmeIdOf(site, form),
      name: `演示${name}`,
      form,
      fundId: hasMoney(form) ? fundIdOf(site) : null,
      startedAt,
      grantCount: grants.filter(
        ({ fields }) => fields['form'] === form && given.includes(String(fields['status'])),
      ).length,
      simulated: true,
    });
  }
  yield* people;
}

/** A file, and what has come of it by now. */
function* applicant(
  site: Site,
  random: Random,
  n: number,
  appliedAt: number,
): Generator<ModuleRecord> {
  const decidedAt = officeMoment(random, appliedAt + random.between(0.5, 5) * dayMs);
  const isDecided = decidedAt <= site.now;
  const isRefused = random.chance(0.06);
  const isRegistered = isDecided && !isRefused;
  const pairedAt = officeMoment(random, decidedAt + random.between(1, 9) * dayMs);
  const isPaired = random.chance(0.25) && isRegistered && pairedAt <= site.now;
  const times = lifeOf(random, decidedAt).filter((time) => time <= site.now);
  const isApplied = random.chance(0.7) && isRegistered && times.length > 0;
  const given = givenTo(site, random);
  const isGiven = isApplied && times.length === 3;
  const file = hardshipFile(site, random, {
    local: `hardship-recent-${n}`,
    n,
    appliedAt,
    registeredAt: isDecided ? decidedAt : null,
    status: isDecided ? (isRefused ? 'REFUSED' : 'REGISTERED') : 'APPLIED',
    cause: undefined,
    pairingCount: isPaired ? 1 : 0,
    grantCount: isGiven ? 1 : 0,
    grantedFen: isGiven ? (given.amountFen ?? 0) : 0,
    simulated: true,
  });
  yield file;
  if (isPaired) {
    const local = `pairing-recent-${n}`;
    yield pairing(site, random, { local, cadre: `cadre-r${n}`, file, pairedAt, isFirst: true });
  }
  if (!isApplied) return;
  const record = grant(site, random, {
    local: `grant-recent-${n}`,
    file,
    given,
    times,
    simulated: true,
  });
  yield record;
  yield* entry(record);
}

/** Applied, approved, given. */
function lifeOf(random: Random, registeredAt: number): readonly number[] {
  const appliedAt = officeMoment(random, registeredAt + random.between(0.5, 4) * dayMs);
  const approvedAt = officeMoment(random, appliedAt + random.between(1, 6) * dayMs);
  return [appliedAt, approvedAt, officeMoment(random, approvedAt + random.between(1, 7) * dayMs)];
}

function givenTo(site: Site, random: Random): Given {
  const form = random.weighted(
    Object.fromEntries(forms.map((each) => [each.form, each.weight])) as Record<
      (typeof forms)[number]['form'],
      number
    >,
  );
  return {
    programmeId: programmeIdOf(site, form),
    form,
    channel: random.weighted({ STATION: 55, WECHAT: 30, WEBSITE: 15 }),
    fundId: hasMoney(form) ? fundIdOf(site) : null,
    amountFen: hasMoney(form) ? random.integer(5, 50) * 10_000 : null,
  };
}

function fundIdOf(site: Site): string {
  return site.id('fund-recent');
}

function programmeIdOf(site: Site, form: string): string {
  return site.id(`programme-recent-${form.toLowerCase().replaceAll('_', '-')}`);
}
