/** Aid: files of hardship workers; funds, programmes, grants and pairings stand beside. */
import { isAfter, parseId } from '@onenet/contract';
import { connectionType, pageArgs } from '../../builder.ts';
import { addList } from '../../list.ts';
import { schemaPart } from '../../module.ts';
import { mutationsOf } from '../../mutation.ts';
import { personalFields } from '../../personal.ts';
import { addDepartmentCheck } from '../core/department-check.ts';
import { addCore } from '../core/schema.ts';
import { addRequests } from '../requests/schema.ts';
import { addFunds } from './fund-schema.ts';
import { addGrants } from './grant-schema.ts';
import * as commands from './hardship-commands.ts';
import {
  hardshipCauses,
  hardshipList,
  hardshipWorkers,
  type HardshipWorkerDoc,
  type StoredHardshipWorker,
} from './hardship.ts';
import { addPairings } from './pairing-schema.ts';
import { addProgrammes } from './programme-schema.ts';

const personal = personalFields<StoredHardshipWorker>('aid:personal', hardshipWorkers);

/** Adds the module to a schema. */
export const addAid = schemaPart((schema) => {
  const { builder, version } = schema;
  const core = addCore(schema);
  const { Channel } = addRequests(schema);
  const Status = builder.enumType('HardshipStatus', {
    values: ['APPLIED', 'REGISTERED', 'REFUSED', 'CLOSED'] as const,
  });
  const Cause = builder.enumType('HardshipCause', { values: hardshipCauses });
  const HardshipWorker = builder.objectRef<HardshipWorkerDoc>('HardshipWorker').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      appliedAt: t.expose('appliedAt', { type: 'DateTime', nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      status: t.expose('status', { type: Status, nullable: true }),
      causes: t.expose('causes', { type: [Cause], nullable: true }),
      channel: t.expose('channel', { type: Channel, nullable: true }),
      placeCode: t.exposeID('placeCode', { nullable: true }),
      organizationId: t.exposeID('organizationId', { nullable: true }),
      memberId: t.exposeID('memberId', { nullable: true }),
      registeredAt: t.expose('registeredAt', { type: 'DateTime', nullable: true }),
      closedAt: t.expose('closedAt', { type: 'DateTime', nullable: true }),
      pairingCount: t.exposeInt('pairingCount', { nullable: true }),
      grantCount: t.exposeInt('grantCount', { nullable: true }),
      grantedFen: t.exposeInt('grantedFen', { nullable: true }),
      maskedName: t.exposeString('maskedName', { nullable: true }),
      name: t.string(personal('name')),
      maskedPhone: t.exposeString('maskedPhone', { nullable: true }),
      phone: t.string(personal('phone')),
      maskedIdentityNumber: t.exposeString('maskedIdentityNumber', { nullable: true }),
      identityNumber: t.string(personal('identityNumber')),
      householdSize: t.int(personal('householdSize')),
      monthlyIncomeFen: t.int(personal('monthlyIncomeFen')),
    }),
  });
  if (isAfter(version, '1.1')) {
    const Check = addDepartmentCheck(schema);
    builder.objectField(HardshipWorker, 'checks', (t) =>
      t.expose('checks', { type: [Check], nullable: true }),
    );
  }
  builder.asEntity(HardshipWorker, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) =>
      loaders.record<HardshipWorkerDoc>(hardshipWorkers, id),
  });

  const Filter = builder.inputType('HardshipWorkerFilter', {
    fields: (t) => ({
      platforms: t.idList(),
      place: t.id(),
      statuses: t.field({ type: [Status] }),
      causes: t.field({ type: [Cause] }),
      channels: t.field({ type: [Channel] }),
      organizationId: t.id(),
      memberId: t.id(),
      paired: t.boolean(),
      appliedFrom: t.field({ type: 'DateTime' }),
      appliedTo: t.field({ type: 'DateTime' }),
    }),
  });
  const Order = builder.inputType('HardshipWorkerOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('HardshipWorkerOrderField', {
          values: ['APPLIED_AT', 'UPDATED_AT'] as const,
        }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'DESC' }),
    }),
  });
  addList(builder, core, 'hardshipWorkers', {
    type: connectionType(builder, 'HardshipWorker', HardshipWorker, core.PageInfo),
    args: (t) => ({ filter: t({ type: Filter }), orderBy: t({ type: Order }), ...pageArgs(t) }),
    list: hardshipList,
  });
  builder.queryField('hardshipWorker', (t) =>
    t.field({
      type: HardshipWorker,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => {
        parseId(id);
        return loaders.record<HardshipWorkerDoc>(hardshipWorkers, id);
      },
    }),
  );

  const ApplyInput = builder.inputType('ApplyForHardshipFileInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      name: t.string({ required: true }),
      phone: t.string(),
      identityNumber: t.string({ required: true }),
      causes: t.field({ type: [Cause], required: true }),
      channel: t.field({ type: Channel, required: true }),
      placeCode: t.id({ required: true }),
      organizationId: t.id(),
      memberId: t.id(),
      householdSize: t.int(),
      monthlyIncomeFen: t.int(),
    }),
  });
  const StepInput = builder.inputType('HardshipWorkerStepInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      note: t.string(),
    }),
  });
  const mutation = mutationsOf(builder, 'HardshipWorkerPayload', 'hardshipWorker', HardshipWorker);
  mutation('applyForHardshipFile', ApplyInput, commands.applyForHardshipFile);
  mutation('registerHardshipWorker', StepInput, commands.registerHardshipWorker);
  mutation('refuseHardshipWorker', StepInput, commands.refuseHardshipWorker);
  mutation('closeHardshipFile', StepInput, commands.closeHardshipFile);
  addProgrammes(schema);
  addFunds(schema);
  addGrants(schema);
  addPairings(schema);
  return { HardshipWorker, mutation };
});
