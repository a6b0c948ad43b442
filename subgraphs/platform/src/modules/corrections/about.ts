/** What a correction is about: a record of this platform, of a type and with a field that the client may read. */
import {
  NetError,
  contractSchema,
  coreScope,
  fieldModule,
  isShared,
  needOf,
  rightsAt,
  typeModule,
  type Caller,
} from '@onenet/contract';
import { isObjectType } from 'graphql';
import { badInput } from '../../checks.ts';
import { notFound, ownId, type Transaction } from '../../command.ts';
import type { Platform } from '../../context.ts';
import type { Row } from '../../rows.ts';
import { seatOf } from '../../scope.ts';
import { funds } from '../aid/funds.ts';
import { grants } from '../aid/grants.ts';
import { hardshipWorkers } from '../aid/hardship.ts';
import { pairings } from '../aid/pairings.ts';
import { programmes } from '../aid/programmes.ts';
import { claims } from '../cards/claims.ts';
import { merchants } from '../cards/merchants.ts';
import { cards } from '../cards/store.ts';
import { articles } from '../content/store.ts';
import { members } from '../members/store.ts';
import { organizations, stations } from '../organizations/store.ts';
import { serviceRequests } from '../requests/store.ts';

/** Types of which clients may speak, and where their records are. */
const collections: Readonly<Record<string, string>> = {
  Organization: organizations,
  Station: stations,
  ServiceRequest: serviceRequests,
  Member: members,
  Article: articles,
  Card: cards,
  CardClaim: claims,
  Merchant: merchants,
  HardshipWorker: hardshipWorkers,
  AidFund: funds,
  AidProgramme: programmes,
  AidGrant: grants,
  CadrePairing: pairings,
};

/** A record, as far as a correction needs it. */
export interface About {
  readonly recordId: string;
  readonly recordType: string;
  readonly placeCode: string;
}

/** The record of a doubted field. */
export async function doubted(
  transaction: Transaction,
  caller: Caller,
  { recordId, field }: { readonly recordId: string; readonly field: string },
): Promise<About> {
  const { platform } = transaction;
  const [typeName = '', fieldName = '', ...more] = field.split('.');
  const type = collections[typeName] && contractSchema().getType(typeName);
  const known = isObjectType(type) && more.length === 0 && type.getFields()[fieldName];
  if (!known || !platform.definition.modules.includes(fieldModule(typeName, fieldName))) {
    throw badInput(
      `\`field: "${field.slice(0, 80)}"\` is no field of a record of ${platform.definition.code}: write <type>.<field>, such as Member.status.`,
    );
  }
  assertReadable(platform, caller, typeName, fieldName);
  const found = await recordOf(transaction, recordId, [typeName]);
  if (!found) throw notFound(recordId, platform);
  return found;
}

/** The record of which data is returned. */
export async function returned(
  transaction: Transaction,
  caller: Caller,
  recordId: string,
): Promise<About> {
  const { platform } = transaction;
  const offered = Object.keys(collections).filter((type) =>
    platform.definition.modules.includes(typeModule(type) ?? 'core'),
  );
  const readable = offered.filter((type) => lackOf(platform, caller, type, 'id') === undefined);
  const found = await recordOf(transaction, recordId, readable);
  // Of what the client may not read it is not told whether it is there.
  if (!found) throw notFound(recordId, platform);
  return found;
}

async function recordOf(
  { platform, session }: Transaction,
  recordId: string,
  types: readonly string[],
): Promise<About | undefined> {
  const _id = ownId(platform, recordId);
  for (const recordType of types) {
    const record = await platform.db
      .collection<Row & { readonly status?: string; readonly placeCode?: string | null }>(
        collections[recordType] ?? '',
      )
      .findOne({ _id }, { session, projection: { status: 1, placeCode: 1, transferredToId: 1 } });
    if (!record) continue;
    if (record.status === 'TRANSFERRED') {
      throw new NetError(
        'WRONG_STATE',
        `"${recordId}" has been transferred: file it with the platform that has the record now.`,
        { status: record.status, allowed: [] },
      );
    }
    return { recordId, recordType, placeCode: record.placeCode ?? seatOf(platform) };
  }
  return undefined;
}

function assertReadable(
  platform: Platform,
  caller: Caller,
  typeName: string,
  fieldName: string,
): void {
  const lack = lackOf(platform, caller, typeName, fieldName);
  if (lack === undefined) return;
  const must = `Who doubts ${typeName}.${fieldName} must be able to read it`;
  const { scope } = lack;
  if (lack.of === 'TOKEN') {
    throw new NetError('SCOPE_REQUIRED', `${must}: that needs the scope ${scope}.`, { scope });
  }
  const { code } = platform.definition;
  const message = `${must}, and ${code} has not granted ${scope} to ${caller.client} for this purpose.`;
  throw new NetError('REFUSED', message, { platform: code, scope });
}

interface Lack {
  readonly scope: string;
  /** Whether the token has not the scope, or the platform has not granted it. */
  readonly of: 'TOKEN' | 'GRANT';
}

/** What a caller lacks to read a field, as if it were asked: scope, and this platform's own grant. */
function lackOf(
  { definition, grants: ownGrants }: Platform,
  caller: Caller,
  typeName: string,
  fieldName: string,
): Lack | undefined {
  const rights = rightsAt(caller, definition.code);
  if (rights === 'ALL') return undefined;
  const need = needOf(typeName, fieldName);
  if (!need) return undefined;
  const { scope, attribute } = need;
  const hasScope = scope === coreScope || caller.scopes.includes(scope);
  if (attribute === 'NOT_SHARED' || !hasScope) return { scope, of: 'TOKEN' };
  const granted = ownGrants?.scopesOf(caller.client, caller.purpose, Date.now());
  return isShared(need, rights, granted ?? new Set()) ? undefined : { scope, of: 'GRANT' };
}
