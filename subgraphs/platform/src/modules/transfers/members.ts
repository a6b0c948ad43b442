/** Members, as they are transferred. */
import { channels, familyRelations, memberKinds } from '@onenet/platforms';
import { parseIdentityNumber } from '@onenet/contract';
import { badInput, optionalPhone } from '../../checks.ts';
import { maskedIdentityNumber, maskedName, maskedPhone } from '../../mask.ts';
import { forgetHolderOf } from '../cards/commands.ts';
import { endMembership } from '../members/commands.ts';
import {
  memberFacets,
  members as memberCollection,
  mostFamily,
  type StoredMember,
} from '../members/store.ts';
import type { Subject } from './subject.ts';

export const members: Subject<StoredMember> = {
  kind: 'MEMBER',
  type: 'Member',
  module: 'members',
  collection: memberCollection,
  idPrefix: 'member',
  events: {
    offered: 'onenet.member.offered',
    returned: 'onenet.member.returned',
    departed: 'onenet.member.departed',
    received: 'onenet.member.received',
  },
  offeredIn: ['ACTIVE'],

  indexed: (_platform, member) => ({ facets: memberFacets(member) }),

  category: ({ kind }) => kind,

  contents({ appliedAt, joinedAt, kind, channel, placeCode, employerSize, ...member }) {
    const { name, phone, identityNumber, family } = member.personal;
    const nameOf = new Map(family.map((each) => [each.key, each.name]));
    return {
      appliedAt,
      joinedAt,
      kind,
      channel,
      placeCode,
      name,
      phone,
      identityNumber,
      employerSize,
      family: member.family.map(({ key, relation }) => ({
        key,
        relation,
        name: nameOf.get(key) ?? null,
      })),
      simulated: member.simulated,
    };
  },

  received(fields, { id, placeCode, organizationId }, { now, platform }) {
    const name = fields.optional('name', (field) => fields.text(field, 100));
    const phone = fields.optional('phone', (field) => optionalPhone(field, fields.text(field, 50)));
    const identityNumber = fields.optional('identityNumber', (field) =>
      parseIdentityNumber(fields.text(field, 18)),
    );
    const family = fields.objects('family', mostFamily).map((each) => ({
      key: each.text('key', 100),
      relation: each.oneOf('relation', familyRelations),
      name: each.text('name', 100),
    }));
    if (new Set(family.map(({ key }) => key)).size < family.length) {
      throw badInput('`record.family` has one key twice.');
    }
    const member = {
      _id: id,
      appliedAt: fields.time('appliedAt'),
      updatedAt: now,
      status: 'ACTIVE',
      kind: fields.oneOf('kind', memberKinds),
      channel: fields.oneOf('channel', channels),
      placeCode,
      organizationId,
      transferredToId: null,
      joinedAt: fields.optional('joinedAt', (field) => fields.time(field)) ?? now,
      maskedName: maskedName(name),
      maskedPhone: maskedPhone(phone),
      maskedIdentityNumber: maskedIdentityNumber(identityNumber),
      joinCodeId: null,
      employerSize: fields.optional('employerSize', (field) => fields.integer(field, 1, 1_000_000)),
      family: family.map((each) => ({
        key: each.key,
        relation: each.relation,
        maskedName: maskedName(each.name),
      })),
      checks: [],
      simulated: fields.flag('simulated'),
    } as const;
    return {
      ...member,
      ...members.indexed(platform, member),
      personal: {
        name,
        phone,
        identityNumber,
        person: null,
        family: family.map((each) => ({ key: each.key, name: each.name })),
        notes: [],
      },
    };
  },

  tombstone: ({ _id, appliedAt, kind, channel, placeCode, simulated }, transferredToId, now) => ({
    _id,
    appliedAt,
    updatedAt: now,
    status: 'TRANSFERRED',
    kind,
    channel,
    placeCode,
    organizationId: null,
    transferredToId,
    joinedAt: null,
    maskedName: null,
    maskedPhone: null,
    maskedIdentityNumber: null,
    joinCodeId: null,
    employerSize: null,
    family: [],
    checks: [],
    simulated,
    facets: [],
    personal: {
      name: null,
      phone: null,
      identityNumber: null,
      person: null,
      family: [],
      notes: [],
    },
  }),
  async afterDeparture(transaction, id) {
    await endMembership(transaction, id);
    const { modules } = transaction.platform.definition;
    if (modules.includes('cards')) await forgetHolderOf(transaction, id);
  },
};
