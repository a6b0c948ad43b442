/** Simulated aid: files are applied for and decided, grants go their way, cadres are paired. All of it out of a simulated fund. */
import { identityCheckDigit } from '@onenet/contract';
import { creditAidFund, openAidFund } from '../modules/aid/fund-commands.ts';
import { funds, type AidFundDoc } from '../modules/aid/funds.ts';
import { isWithMoney } from '../modules/aid/forms.ts';
import * as grantCommands from '../modules/aid/grant-commands.ts';
import { grants, type AidGrantDoc } from '../modules/aid/grants.ts';
import * as hardshipCommands from '../modules/aid/hardship-commands.ts';
import {
  hardshipCauses,
  hardshipWorkers,
  type HardshipWorkerDoc,
} from '../modules/aid/hardship.ts';
import { pairCadre } from '../modules/aid/pairings.ts';
import { programmes, startAidProgramme, type AidProgrammeDoc } from '../modules/aid/programmes.ts';
import type { Site } from './site.ts';

export async function applyForHardshipFile(site: Site): Promise<void> {
  const placeCode = site.place();
  await hardshipCommands.applyForHardshipFile(site.agency('OFFICER'), {
    platform: site.code,
    name: `演示${site.random.below(10_000)}`,
    identityNumber: identityNumber(site, placeCode),
    causes: [site.random.pick(hardshipCauses) ?? 'ILLNESS'],
    channel: site.random.pick(['STATION', 'STATION', 'WECHAT', 'WEBSITE']) ?? 'STATION',
    placeCode,
  });
}

export async function decideHardshipFile(site: Site): Promise<void> {
  const id = await fileWith(site, 'APPLIED');
  if (id === undefined) return applyForHardshipFile(site);
  const decide =
    site.random.next() < 0.93
      ? hardshipCommands.registerHardshipWorker
      : hardshipCommands.refuseHardshipWorker;
  await decide(site.agency('OFFICER'), { id });
}

export async function applyForAid(site: Site): Promise<void> {
  const hardshipWorkerId = await fileWith(site, 'REGISTERED');
  if (hardshipWorkerId === undefined) return decideHardshipFile(site);
  const programme = await someProgramme(site);
  await grantCommands.applyForAid(site.agency('OFFICER'), {
    platform: site.code,
    programmeId: programme._id,
    hardshipWorkerId,
    channel: site.random.pick(['STATION', 'STATION', 'WECHAT', 'WEBSITE']) ?? 'STATION',
    placeCode: site.place(),
    ...(isWithMoney(programme.form) && { amountFen: (5 + site.random.below(45)) * 10_000 }),
  });
}

/** A grant takes its next step, or, where none waits for it, somebody applies. */
export async function advanceGrant(site: Site): Promise<void> {
  const isNew = site.random.next() < 0.5;
  const id = await site.recent<AidGrantDoc>(grants, 'appliedAt', {
    status: isNew ? 'APPLIED' : 'APPROVED',
  });
  if (id === undefined) return applyForAid(site);
  const officer = site.agency('OFFICER');
  const grant = await site.platform.db.collection<AidGrantDoc>(grants).findOne({ _id: id });
  if (!grant) return;
  if (isNew && site.random.next() < 0.05) await grantCommands.rejectAidGrant(officer, { id });
  else if (isNew) {
    await fill(site, grant);
    await grantCommands.approveAidGrant(officer, { id });
  } else if (isWithMoney(grant.form)) {
    await grantCommands.payAidGrant(officer, { id, paymentReference: `演示-${id}` });
  } else await grantCommands.completeAidGrant(officer, { id });
}

export async function pairOneCadre(site: Site): Promise<void> {
  const hardshipWorkerId = await fileWith(site, 'REGISTERED');
  if (hardshipWorkerId === undefined) return;
  const cadre = `sim-${site.random.below(400)}`;
  await pairCadre(site.agency('OFFICER'), {
    platform: site.code,
    hardshipWorkerId,
    cadre,
    cadreName: `演示${cadre}`,
  });
}

function fileWith(site: Site, status: 'APPLIED' | 'REGISTERED'): Promise<string | undefined> {
  return site.recent<HardshipWorkerDoc>(hardshipWorkers, 'appliedAt', { status });
}

/** A simulated programme; the first one comes with its fund. */
async function someProgramme(site: Site): Promise<AidProgrammeDoc> {
  const open = { simulated: true, status: 'OPEN' } as const;
  const all = await site.platform.db
    .collection<AidProgrammeDoc>(programmes)
    .find(open)
    .sort({ _id: 1 })
    .toArray();
  const found = site.random.pick(all);
  if (found) return found;
  const officer = site.agency('OFFICER');
  const fund = await openAidFund(officer, { platform: site.code, name: '演示近期救助资金' });
  return startAidProgramme(officer, {
    platform: site.code,
    name: '演示临时生活救助',
    form: 'CASH',
    fundId: fund._id,
  });
}

/** Money comes in before a fund would run dry. */
async function fill(site: Site, { fundId, requestedFen }: AidGrantDoc): Promise<void> {
  if (fundId === null) return;
  const fund = await site.platform.db.collection<AidFundDoc>(funds).findOne({ _id: fundId });
  if (!fund?.simulated || fund.availableFen >= (requestedFen ?? 0)) return;
  await creditAidFund(site.agency('OFFICER'), { id: fundId, amountFen: 5_000_000 });
}

/** A number that fits, of somebody born before 1900: nobody alive has it. */
function identityNumber(site: Site, place: string): string {
  const two = (below: number) => String(1 + site.random.below(below)).padStart(2, '0');
  const birth = `18${10 + site.random.below(90)}${two(12)}${two(28)}`;
  const digits = place.slice(0, 6) + birth + String(site.random.below(1_000)).padStart(3, '0');
  return digits + identityCheckDigit(digits);
}
