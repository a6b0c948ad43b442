/** Requests (我要求助): submitted → verified → dispatched → accepted → resolved or rejected → rated. */
import { parseId } from '@onenet/contract';
import { connectionType, pageArgs, personal, type Builder } from '../../builder.ts';
import { addList } from '../../list.ts';
import type { Core } from '../core.ts';
import type { Organizations } from '../organizations/schema.ts';
import { addRequestMutations } from './mutations.ts';
import { addRequestSteps, historyProjection } from './steps.ts';
import {
  isOverdue,
  requestList,
  serviceRequests,
  type RequestStep,
  type ServiceRequestDoc,
} from './store.ts';

const scope = 'requests:personal';

export type Requests = ReturnType<typeof addRequests>;

/** Adds the module to a schema. */
export function addRequests(builder: Builder, core: Core, { Organization }: Organizations) {
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
    values: ['WEBSITE', 'WECHAT', 'APP', 'HOTLINE', 'STATION', 'QR_CODE'] as const,
  });
  const Step = addRequestSteps(builder, core, Status);

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
      maskedApplicantName: t.exposeString('maskedApplicantName', { nullable: true }),
      maskedApplicantPhone: t.exposeString('maskedApplicantPhone', { nullable: true }),
      applicantName: t.string(personal(scope)),
      applicantPhone: t.string(personal(scope)),
      description: t.string(personal(scope)),
      history: t.field({
        type: [Step],
        nullable: true,
        // Read only when selected, for all requests of the answer at once, and without its texts.
        resolve: async ({ _id }, _args, { loaders }) => {
          const part = await loaders.part<{ _id: string; history?: readonly RequestStep[] }>(
            serviceRequests,
            _id,
            historyProjection,
          );
          return part?.history ?? [];
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
    }),
  });
  const Order = builder.inputType('ServiceRequestOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('ServiceRequestOrderField', {
          values: ['SUBMITTED_AT', 'UPDATED_AT', 'TITLE'] as const,
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

  addRequestMutations(builder, { Category, Channel, ServiceRequest });
  return { Channel };
}
