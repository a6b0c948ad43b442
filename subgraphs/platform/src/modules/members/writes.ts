/** Reference members and QR codes as documents and events. */
import type { ReferenceRecord } from '@onenet/platforms';
import type { Write } from '../../load.ts';
import { maskedIdentityNumber, maskedName, maskedPhone } from '../../mask.ts';
import { documentWrite, eventWrite, recordWrites } from '../../writes.ts';
import { joinCodeFacets, joinCodes, type JoinCodeDoc } from './join-codes.ts';
import { memberFacets, members } from './store.ts';

/** What a record of the module becomes. */
export function* memberWrites(record: ReferenceRecord): Generator<Write> {
  if (record.type === 'Record' && record.of === 'JoinCode') {
    const place = record.fields as Pick<JoinCodeDoc, 'placeCode' | 'organizationId'>;
    yield* recordWrites(joinCodes, record, { facets: joinCodeFacets(place) });
  }
  if (record.type !== 'Member') return;
  const {
    type: _type,
    id,
    platformCode: _platform,
    decidedAt,
    leftAt,
    name,
    phone,
    identityNumber,
    family,
    person,
    ...fields
  } = record;
  yield documentWrite(members, {
    _id: id,
    ...fields,
    maskedName: maskedName(name),
    maskedPhone: maskedPhone(phone),
    maskedIdentityNumber: maskedIdentityNumber(identityNumber),
    family: family.map((each) => ({
      key: each.key,
      relation: each.relation,
      maskedName: maskedName(each.name),
    })),
    checks: [],
    facets: memberFacets(record),
    personal: {
      name,
      phone,
      identityNumber,
      person,
      family: family.map((each) => ({ key: each.key, name: each.name })),
      notes: [],
    },
  });
  if (record.status === 'TRANSFERRED') return;
  const data = { place: record.placeCode, category: record.kind, channel: record.channel };
  yield eventWrite(record, 'onenet.member.applied', record.appliedAt, data);
  if (decidedAt) {
    const type = record.status === 'REFUSED' ? 'onenet.member.refused' : 'onenet.member.accepted';
    yield eventWrite(record, type, decidedAt, data);
  }
  if (leftAt) yield eventWrite(record, 'onenet.member.left', leftAt, data);
}
