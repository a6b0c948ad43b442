/** Members: joining, verification, membership. */
import { isAfter, parseId } from '@onenet/contract';
import type { MemberStatus } from '@onenet/platforms';
import { connectionType, pageArgs } from '../../builder.ts';
import { addList } from '../../list.ts';
import { schemaPart } from '../../module.ts';
import { mutationsOf } from '../../mutation.ts';
import { personalFields } from '../../personal.ts';
import { addCore } from '../core/schema.ts';
import { addOrganizations } from '../organizations/schema.ts';
import { addDepartmentCheck } from '../core/department-check.ts';
import { addRequests } from '../requests/schema.ts';
import * as commands from './commands.ts';
import { addFamilyMember, removeFamilyMember } from './family.ts';
import { addFamily } from './family-schema.ts';
import { addJoinCodes } from './join-code-schema.ts';
import { memberList, memberScope, members, type MemberDoc, type StoredMember } from './store.ts';

const personal = personalFields<StoredMember>(memberScope, members);

/** Adds the module to a schema. */
export const addMembers = schemaPart((schema) => {
  const { builder, version } = schema;
  const isNew = isAfter(version, '1.1');
  const core = addCore(schema);
  const { Organization } = addOrganizations(schema);
  const { Channel } = addRequests(schema);
  const Status = builder.enumType('MemberStatus', {
    values: [
      'APPLIED',
      'ACTIVE',
      'REFUSED',
      'LEFT',
      'TRANSFERRED',
      ...(isNew ? (['IN_TRANSFER'] as const) : []),
    ] as const satisfies readonly MemberStatus[],
  });
  const Kind = builder.enumType('MemberKind', {
    values: ['EMPLOYEE', 'MICRO_ENTERPRISE', 'FLEXIBLE', 'MIGRANT'] as const,
  });
  const since12 = isNew && { Check: addDepartmentCheck(schema), family: addFamily(schema) };
  const Member = builder.objectRef<MemberDoc>('Member').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      appliedAt: t.expose('appliedAt', { type: 'DateTime', nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      status: t.expose('status', { type: Status, nullable: true }),
      kind: t.expose('kind', { type: Kind, nullable: true }),
      channel: t.expose('channel', { type: Channel, nullable: true }),
      placeCode: t.exposeID('placeCode', { nullable: true }),
      organizationId: t.exposeID('organizationId', { nullable: true }),
      transferredToId: t.exposeID('transferredToId', { nullable: true }),
      joinedAt: t.expose('joinedAt', { type: 'DateTime', nullable: true }),
      maskedName: t.exposeString('maskedName', { nullable: true }),
      maskedPhone: t.exposeString('maskedPhone', { nullable: true }),
      name: t.string(personal('name')),
      phone: t.string(personal('phone')),
      ...(since12 && {
        maskedIdentityNumber: t.exposeString('maskedIdentityNumber', { nullable: true }),
        identityNumber: t.string(personal('identityNumber')),
        joinCodeId: t.exposeID('joinCodeId', { nullable: true }),
        employerSize: t.exposeInt('employerSize', { nullable: true }),
        checks: t.expose('checks', { type: [since12.Check], nullable: true }),
        family: t.field({
          type: [since12.family.FamilyMember],
          nullable: true,
          resolve: ({ _id, family }) => family?.map((each) => ({ ...each, memberId: _id })),
        }),
      }),
    }),
  });
  builder.asEntity(Member, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) => loaders.record<MemberDoc>(members, id),
  });

  const Filter = builder.inputType('MemberFilter', {
    fields: (t) => ({
      platforms: t.idList(),
      place: t.id(),
      statuses: t.field({ type: [Status] }),
      kinds: t.field({ type: [Kind] }),
      channels: t.field({ type: [Channel] }),
      organizationId: t.id(),
      appliedFrom: t.field({ type: 'DateTime' }),
      appliedTo: t.field({ type: 'DateTime' }),
      ...(isNew && { inTransfer: t.boolean(), joinCodeId: t.id() }),
    }),
  });
  const Order = builder.inputType('MemberOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('MemberOrderField', {
          values: ['APPLIED_AT', 'UPDATED_AT'] as const,
        }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'DESC' }),
    }),
  });
  const Connection = connectionType(builder, 'Member', Member, core.PageInfo);
  addList(builder, core, 'members', {
    type: Connection,
    args: (t) => ({ filter: t({ type: Filter }), orderBy: t({ type: Order }), ...pageArgs(t) }),
    list: memberList,
  });
  builder.objectField(Organization, 'members', (t) =>
    t.field({
      type: Connection,
      args: {
        filter: t.arg({ type: Filter }),
        orderBy: t.arg({ type: Order }),
        ...pageArgs(t.arg),
      },
      resolve: ({ _id }, args, context) => memberList(args, context, undefined, _id),
    }),
  );
  builder.queryField('member', (t) =>
    t.field({
      type: Member,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => {
        parseId(id);
        return loaders.record<MemberDoc>(members, id);
      },
    }),
  );

  const StepInput = builder.inputType('MemberStepInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      note: t.string(),
    }),
  });
  const ApplyInput = builder.inputType('ApplyForMembershipInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      name: t.string({ required: true }),
      phone: t.string(),
      kind: t.field({ type: Kind, required: true }),
      channel: t.field({ type: Channel, required: true }),
      placeCode: t.id({ required: true }),
      organizationId: t.id(),
      ...(isNew && { identityNumber: t.string(), joinToken: t.string(), employerSize: t.int() }),
    }),
  });
  const mutation = mutationsOf(builder, 'MemberPayload', 'member', Member);
  mutation('applyForMembership', ApplyInput, commands.applyForMembership);
  mutation('acceptMember', StepInput, commands.acceptMember);
  mutation('refuseMember', StepInput, commands.refuseMember);
  mutation('leaveUnion', StepInput, commands.leaveUnion);
  if (since12) {
    mutation('addFamilyMember', since12.family.AddInput, addFamilyMember);
    mutation('removeFamilyMember', since12.family.RemoveInput, removeFamilyMember);
    addJoinCodes(schema);
  }
  return { Member, mutation };
});
