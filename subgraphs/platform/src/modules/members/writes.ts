/** Reference members as documents and events. */
import type { ReferenceRecord } from '@onenet/platforms';
import type { Write } from '../../load.ts';
import { maskedName, maskedPhone } from '../../mask.ts';
import { documentWrite, eventWrite } from '../../writes.ts';
import { memberFacets, members } from './store.ts';

/** What a record of the module becomes. */
export function* memberWrites(record: ReferenceRecord): Generator<Write> {
  if (record.type !== 'Member') return;
  const {
    type: _type,
    id,
    platformCode: _platform,
    decidedAt,
    leftAt,
    name,
    phone,
    person,
    ...fields
  } = record;
  yield documentWrite(members, {
    _id: id,
    ...fields,
    maskedName: maskedName(name),
    maskedPhone: maskedPhone(phone),
    facets: memberFacets(record),
    personal: { name, phone, person, notes: [] },
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
