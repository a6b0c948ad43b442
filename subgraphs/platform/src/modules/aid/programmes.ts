/** Programmes: what is given, in which form, out of which fund. Stored, listed, started, ended. */
import { assertThisPlatform, checkedText, newId } from '../../checks.ts';
import { runCommand, type Agency } from '../../command.ts';
import { Connection } from '../../connection.ts';
import type { PlatformContext } from '../../context.ts';
import { assertStep } from '../../life-cycle.ts';
import type { ListArgs } from '../../list.ts';
import { listOrder } from '../../order.ts';
import { ownRecord } from '../../own-record.ts';
import { KeysetRows } from '../../keyset-rows.ts';
import { contains, noRows, present, type ListedRow, type Selection } from '../../rows.ts';
import { facetsAt, facetsOf, isAsked, type ScopeFilter } from '../../scope.ts';
import { ofMoney, type AidForm } from './forms.ts';
import { placeOrSeat } from './fund-commands.ts';
import { funds } from './funds.ts';

export type AidProgrammeStatus = 'OPEN' | 'ENDED';

export interface AidProgrammeDoc extends ListedRow {
  readonly name: string;
  readonly updatedAt: Date;
  readonly status: AidProgrammeStatus;
  readonly form: AidForm;
  readonly placeCode: string;
  readonly fundId: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly grantCount: number;
  readonly simulated: boolean;
}

export const programmes = 'aid_programmes';

export function programmeFacets({ placeCode }: Pick<AidProgrammeDoc, 'placeCode'>): string[] {
  return facetsAt(placeCode);
}

export interface AidProgrammeFilter extends ScopeFilter {
  readonly statuses?: readonly AidProgrammeStatus[] | null | undefined;
  readonly forms?: readonly AidForm[] | null | undefined;
  readonly nameContains?: string | null | undefined;
}

/** Programmes of this platform, within a division if one is given. */
export function programmeList(
  args: ListArgs<AidProgrammeFilter>,
  { platform }: PlatformContext,
  within?: string,
): Connection<AidProgrammeDoc> {
  const { filter } = args;
  const order = listOrder('aidProgrammes', args.orderBy);
  if (!isAsked(platform, filter)) return new Connection(noRows<AidProgrammeDoc>(order), args);
  const selection: Selection<AidProgrammeDoc> = {
    collection: programmes,
    order,
    facets: facetsOf(filter, within),
    where: present({
      status: filter?.statuses && { $in: filter.statuses },
      form: filter?.forms && { $in: filter.forms },
      name: contains(filter?.nameContains),
    }),
  };
  return new Connection(new KeysetRows(platform.db, selection), args);
}

export interface StartAidProgrammeInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly name: string;
  readonly form: AidForm;
  readonly fundId?: string | null | undefined;
  readonly placeCode?: string | null | undefined;
}

export function startAidProgramme(
  agency: Agency,
  input: StartAidProgrammeInput,
): Promise<AidProgrammeDoc> {
  return runCommand('startAidProgramme', agency, input, async (transaction) => {
    const { platform, session, now, simulated } = transaction;
    assertThisPlatform(platform, input.platform);
    const placeCode = placeOrSeat(transaction, input.placeCode);
    const fundId = ofMoney('fundId', input.form, input.fundId ?? null);
    if (fundId !== null) await ownRecord(transaction, funds, fundId);
    const programme: AidProgrammeDoc = {
      _id: newId(platform, 'programme'),
      name: checkedText('name', input.name, 100),
      updatedAt: now,
      status: 'OPEN',
      form: input.form,
      placeCode,
      fundId,
      startedAt: now,
      endedAt: null,
      grantCount: 0,
      simulated,
      facets: programmeFacets({ placeCode }),
    };
    await platform.db.collection<AidProgrammeDoc>(programmes).insertOne(programme, { session });
    return programme;
  });
}

export interface AidProgrammeStepInput {
  readonly id: string;
  readonly idempotencyKey?: string;
}

/** Nobody can apply any more; what was applied for goes its way. */
export function endAidProgramme(
  agency: Agency,
  input: AidProgrammeStepInput,
): Promise<AidProgrammeDoc> {
  return runCommand('endAidProgramme', agency, input, async (transaction) => {
    const { platform, session, now } = transaction;
    const programme = await ownRecord<AidProgrammeDoc>(transaction, programmes, input.id);
    assertStep(platform, 'endAidProgramme', programme.status);
    const set = { status: 'ENDED', endedAt: now, updatedAt: now } as const;
    await platform.db
      .collection<AidProgrammeDoc>(programmes)
      .updateOne({ _id: programme._id }, { $set: set }, { session });
    return { ...programme, ...set };
  });
}
