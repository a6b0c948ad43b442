/** Requests (我要求助): submitted → verified → dispatched → accepted → resolved or rejected → rated. */
import { NetError, isAfter, parseId, type ContractVersion } from '@onenet/contract';
import { channels } from '@onenet/platforms';
import { connectionType, pageArgs } from '../../builder.ts';
import type { PlatformContext } from '../../context.ts';
import { addList } from '../../list.ts';
import { schemaPart } from '../../module.ts';
import { personalFields } from '../../personal.ts';
import { addCore } from '../core/schema.ts';
import { addOrganizations } from '../organizations/schema.ts';
import { addRequestMutations } from './mutations.ts';
import { addRequestSteps, historyProjection, isTold, type StepDoc } from './steps.ts';
import {
  isOverdue,
  requestList,
  requestScope,
  serviceRequests,
  type RequestStep,
  type ServiceRequestDoc,
  type StoredServiceRequest,
} from './store.ts';

const personal = personalFields<StoredServiceRequest>(requestScope, serviceRequests);

/** Adds the module to a schema: as contract 1.1 has it, or with what 1.2 brought. */
export const addRequests = schemaPart((schema) => {
  const { builder, version } = schema;
  const isNew = isAfter(version, '1.1');
  const core = addCore(schema);
  const { Organization } = addOrganizations(schema);
  const Status = builder.enumType('RequestStatus', {
    values: [
      'SUBMITTED',
      'VERIFIED',
      'DISPATCHED',
      'ACCEPTED',
      'RESOLVED',
      'REJECTED',
      'RATED',
      'TRANSFERRED',
      ...(isNew ? (['IN_TRANSFER'] as const) : []),
    ] as const,
  });
  const Category = builder.enumType('RequestCategory', {
    values: [
      'WAGES',
      'CONTRACT',
      'SAFETY',
      'INSURANCE',
      'MEDICAL',
      'HARDSHIP',
      'EMPLOYMENT',
      'LEGAL',
      'SERVICE',
      'OTHER',
    ] as const,
  });
  const Channel = builder.enumType('Channel', {
    values: channels,
  });
  const Step = addRequestSteps(builder, version, core, Status);

  const ServiceRequest = builder.objectRef<ServiceRequestDoc>('ServiceRequest').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      title: t.exposeString('title', { nullable: false }),
      category: t.expose('category', { type: Category, nullable: false }),
      channel: t.expose('channel', { type: Channel, nullable: false }),
      status: t.expose('status', { type: Status, nullable: false }),
      placeCode: t.exposeID('placeCode', { nullable: false }),
      submittedAt: t.expose('submittedAt', { type: 'DateTime', nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      organizationId: t.exposeID('organizationId', { nullable: true }),
      transferredToId: t.exposeID('transferredToId', { nullable: true }),
      dueAt: t.expose('dueAt', { type: 'DateTime', nullable: true }),
      resolvedAt: t.expose('resolvedAt', { type: 'DateTime', nullable: true }),
      overdue: t.boolean({ resolve: (request, _args, { now }) => isOverdue(request, now) }),
      handler: t.exposeString('handler', { nullable: true }),
      supervised: t.exposeBoolean('supervised', { nullable: true }),
      reopenedCount: t.exposeInt('reopenedCount', { nullable: true }),
      rating: t.exposeInt('rating', { nullable: true }),
      ...(isNew && {
        overdueAt: t.expose('overdueAt', { type: 'DateTime', nullable: true }),
        remindedAt: t.expose('remindedAt', { type: 'DateTime', nullable: true }),
        remindedCount: t.exposeInt('remindedCount', { nullable: true }),
        escalationLevel: t.exposeInt('escalationLevel', { nullable: true }),
      }),
      maskedApplicantName: t.exposeString('maskedApplicantName', { nullable: true }),
      maskedApplicantPhone: t.exposeString('maskedApplicantPhone', { nullable: true }),
      applicantName: t.string(personal('applicantName')),
      applicantPhone: t.string(personal('applicantPhone')),
      description: t.string(personal('description')),
      feedbackCount: t.int({
        resolve: async ({ _id }, _args, context) =>
          (await historyOf(context, version, _id)).filter(({ step }) => step === 'FEEDBACK').length,
      }),
      history: t.field({
        type: [Step],
        nullable: true,
        args: { newest: t.arg.int() },
        resolve: async ({ _id }, { newest }, context) => {
          const count = newestCount(newest);
          const steps = await historyOf(context, version, _id);
          return count === undefined ? steps : steps.slice(-count);
        },
      }),
    }),
  });
  builder.asEntity(ServiceRequest, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) =>
      loaders.record<ServiceRequestDoc>(serviceRequests, id),
  });

  const Filter = builder.inputType('ServiceRequestFilter', {
    fields: (t) => ({
      platforms: t.idList(),
      place: t.id(),
      statuses: t.field({ type: [Status] }),
      categories: t.field({ type: [Category] }),
      channels: t.field({ type: [Channel] }),
      organizationId: t.id(),
      supervised: t.boolean(),
      submittedFrom: t.field({ type: 'DateTime' }),
      submittedTo: t.field({ type: 'DateTime' }),
      overdueNow: t.boolean(),
      titleContains: t.string(),
      ratingAtMost: t.int(),
      ...(isNew && { inTransfer: t.boolean(), escalationAtLeast: t.int() }),
    }),
  });
  const Order = builder.inputType('ServiceRequestOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('ServiceRequestOrderField', {
          values: ['SUBMITTED_AT', 'UPDATED_AT', 'TITLE', 'CATEGORY'],
        }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'DESC' }),
    }),
  });
  const Connection = connectionType(builder, 'ServiceRequest', ServiceRequest, core.PageInfo);
  addList(builder, core, 'serviceRequests', {
    type: Connection,
    args: (t) => ({ filter: t({ type: Filter }), orderBy: t({ type: Order }), ...pageArgs(t) }),
    list: requestList,
  });
  builder.objectField(Organization, 'serviceRequests', (t) =>
    t.field({
      type: Connection,
      args: {
        filter: t.arg({ type: Filter }),
        orderBy: t.arg({ type: Order }),
        ...pageArgs(t.arg),
      },
      resolve: ({ _id }, args, context) => requestList(args, context, undefined, _id),
    }),
  );
  builder.queryField('serviceRequest', (t) =>
    t.field({
      type: ServiceRequest,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => {
        parseId(id);
        return loaders.record<ServiceRequestDoc>(serviceRequests, id);
      },
    }),
  );

  addRequestMutations(schema, { Category, Channel, ServiceRequest });
  return { Channel, ServiceRequest };
});

/** Read only when selected, for all requests of the answer at once, and without its texts. */
async function historyOf(
  { loaders }: PlatformContext,
  version: ContractVersion,
  id: string,
): Promise<readonly StepDoc[]> {
  const part = await loaders.part<{ _id: string; history?: readonly RequestStep[] }>(
    serviceRequests,
    id,
    historyProjection,
  );
  return (part?.history ?? [])
    .map((step, index) => ({ ...step, requestId: id, index }))
    .filter((step) => isTold(step, version));
}

/** Steps at most, where the caller says so. */
const mostSteps = 100;

function newestCount(newest: number | null | undefined): number | undefined {
  if (newest == null) return undefined;
  if (newest >= 1 && newest <= mostSteps) return newest;
  throw new NetError('BAD_INPUT', `\`newest: ${newest}\`: from 1 to ${mostSteps} steps.`);
}
