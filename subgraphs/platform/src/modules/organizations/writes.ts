/** Reference organizations and stations as documents and events. */
import type { OrganizationRecord, ReferenceRecord, StationRecord } from '@onenet/platforms';
import type { Write } from '../../load.ts';
import { documentWrite, eventWrite } from '../../writes.ts';
import { organizationFacets, organizations, stationFacets, stations } from './store.ts';

/** What a record of the module becomes. */
export function* organizationsWrites(record: ReferenceRecord): Generator<Write> {
  if (record.type === 'Organization') yield* organizationWrites(record);
  if (record.type === 'Station') yield* stationWrites(record);
}

function* organizationWrites(record: OrganizationRecord): Generator<Write> {
  const { type: _type, id, platformCode: _platform, ...fields } = record;
  yield documentWrite(organizations, { _id: id, ...fields, facets: organizationFacets(record) });
  yield eventWrite(record, 'onenet.organization.founded', record.foundedAt, {
    place: record.placeCode,
    category: record.kind,
  });
}

function* stationWrites(record: StationRecord): Generator<Write> {
  const { type: _type, id, platformCode: _platform, latitude, longitude, ...fields } = record;
  yield documentWrite(stations, {
    _id: id,
    ...fields,
    location: { type: 'Point', coordinates: [longitude, latitude] },
    facets: stationFacets(record),
  });
  yield eventWrite(record, 'onenet.station.opened', record.openedAt, { place: record.placeCode });
}
