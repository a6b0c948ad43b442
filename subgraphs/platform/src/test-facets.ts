/** For tests: that every record stands in the lists that its fields put it in, and in no others. */
import type { Db, Document } from 'mongodb';
import { expect } from 'vitest';
import { fundFacets, funds } from './modules/aid/funds.ts';
import { grantFacets, grants } from './modules/aid/grants.ts';
import { hardshipFacets, hardshipWorkers } from './modules/aid/hardship.ts';
import { pairingFacets, pairings } from './modules/aid/pairings.ts';
import { programmeFacets, programmes } from './modules/aid/programmes.ts';
import { claimFacets, claims } from './modules/cards/claims.ts';
import { merchantFacets, merchants } from './modules/cards/merchants.ts';
import { cardFacets, cards } from './modules/cards/store.ts';
import { articleFacets, articles } from './modules/content/store.ts';
import { correctionFacets, corrections } from './modules/corrections/store.ts';
import { joinCodeFacets, joinCodes } from './modules/members/join-codes.ts';
import { memberFacets, members } from './modules/members/store.ts';
import {
  organizationFacets,
  organizations,
  stationFacets,
  stations,
} from './modules/organizations/store.ts';
import { requestFacets, serviceRequests } from './modules/requests/store.ts';
import { supervisionFacets, supervisions } from './modules/supervision/store.ts';

/** Collection → the facets of one of its documents. */
const facetsOfDocument: Readonly<Record<string, (document: never) => readonly string[]>> = {
  [organizations]: organizationFacets,
  [stations]: stationFacets,
  [serviceRequests]: requestFacets,
  [members]: memberFacets,
  [joinCodes]: joinCodeFacets,
  [articles]: articleFacets,
  [cards]: cardFacets,
  [claims]: claimFacets,
  [merchants]: merchantFacets,
  [hardshipWorkers]: hardshipFacets,
  [grants]: grantFacets,
  [funds]: fundFacets,
  [programmes]: programmeFacets,
  [pairings]: pairingFacets,
  [supervisions]: supervisionFacets,
  [corrections]: correctionFacets,
};

/** Compares what is stored with what the fields say; how many records there are, by collection. */
export async function expectFacetsToAgree(db: Db): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const [collection, facetsOf] of Object.entries(facetsOfDocument)) {
    const documents = await db.collection<Document & { _id: string }>(collection).find().toArray();
    const stored = documents.map(({ _id, facets }) => [_id, sorted(facets as string[])]);
    const said = documents.map((each) => [each._id, sorted(facetsOf(each as never))]);
    expect(stored, collection).toEqual(said);
    counts[collection] = documents.length;
  }
  return counts;
}

function sorted(facets: readonly string[]): readonly string[] {
  return facets.toSorted();
}
