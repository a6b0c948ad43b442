/** Reference files, funds with their books, programmes, grants and pairings as documents and events. */
import type { ModuleRecord, ReferenceRecord } from '@onenet/platforms';
import type { Write } from '../../load.ts';
import { maskedIdentityNumber, maskedName, maskedPhone } from '../../mask.ts';
import { documentWrite, recordWrites } from '../../writes.ts';
import { entries } from './accounts.ts';
import { fundFacets, funds, type AidFundDoc } from './funds.ts';
import { grantFacets, grants, type AidGrantDoc, type StoredGrant } from './grants.ts';
import {
  hardshipFacets,
  hardshipWorkers,
  type HardshipWorkerDoc,
  type StoredHardshipWorker,
} from './hardship.ts';
import { pairingFacets, pairings, type CadrePairingDoc } from './pairings.ts';
import { programmeFacets, programmes, type AidProgrammeDoc } from './programmes.ts';

/** What a record of the module becomes. */
export function* aidWrites(record: ReferenceRecord): Generator<Write> {
  if (record.type !== 'Record') return;
  const { fields } = record;
  switch (record.of) {
    case 'HardshipWorker':
      yield* recordWrites(hardshipWorkers, record, derivedOfFile(record));
      return;
    case 'AidFund':
      yield* recordWrites(funds, record, { facets: fundFacets(fields as unknown as AidFundDoc) });
      return;
    case 'AidEntry':
      // A line of the books has no events: the step that it belongs to tells of it.
      yield documentWrite(entries, { _id: record.id, ...fields, simulated: record.simulated });
      return;
    case 'AidProgramme':
      yield* recordWrites(programmes, record, {
        facets: programmeFacets(fields as unknown as AidProgrammeDoc),
      });
      return;
    case 'AidGrant':
      yield* recordWrites(grants, record, derivedOfGrant(record));
      return;
    case 'CadrePairing': {
      const { cadreName } = record.personal as { readonly cadreName: string };
      yield* recordWrites(pairings, record, {
        maskedCadreName: maskedName(cadreName),
        facets: pairingFacets(fields as unknown as CadrePairingDoc),
      });
      return;
    }
  }
}

function derivedOfFile({ fields, personal }: ModuleRecord) {
  const { name, phone, identityNumber } = personal as unknown as StoredHardshipWorker['personal'];
  return {
    maskedName: maskedName(name),
    maskedPhone: maskedPhone(phone),
    maskedIdentityNumber: maskedIdentityNumber(identityNumber),
    facets: hardshipFacets(fields as unknown as HardshipWorkerDoc),
  };
}

function derivedOfGrant({ fields, personal }: ModuleRecord) {
  const { name, phone } = personal as unknown as StoredGrant['personal'];
  return {
    maskedName: maskedName(name),
    maskedPhone: maskedPhone(phone),
    facets: grantFacets(fields as unknown as AidGrantDoc),
  };
}
