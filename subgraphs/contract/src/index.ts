/** The contract: what every platform keeps, and what the net makes of it. */
export { accessRules, allows } from './access.ts';
export type { AccessRule, AccessRules } from './access.ts';
export {
  accessTokenAudience,
  accessTokenKeys,
  accessTokenSeconds,
  accessTokenType,
} from './access-token.ts';
export { AddressNotPublic, isPublicAddress, publicLookup, publicOnly } from './address.ts';
export type { OwnerAddresses } from './address.ts';
export { NoNetwork, countedAddress, plainAddress, readNetworks } from './networks.ts';
export type { Networks } from './networks.ts';
export { additionRefusals } from './additions/finding.ts';
export type { AdditionFinding, AdditionRefusal } from './additions/finding.ts';
export { Prefixes, additionPrefix } from './additions/prefix.ts';
export type { AdditionPrefix } from './additions/prefix.ts';
export { additionLimits, readAdditions } from './additions/read-additions.ts';
export type { Additions, AdditionsReading } from './additions/read-additions.ts';
export {
  actorHeader,
  actorKinds,
  callerHeader,
  decodeCaller,
  encodeCaller,
  isLoopbackHost,
  isOnThisMachine,
  localCaller,
  parseActor,
} from './caller.ts';
export type { Actor, ActorKind, Caller } from './caller.ts';
export { checkConformance } from './conformance/conformance.ts';
export type { Conformance } from './conformance/conformance.ts';
export { conformanceFaults } from './conformance/finding.ts';
export type { ConformanceFault, ConformanceFinding } from './conformance/finding.ts';
export { coordinatesOf } from './coordinates.ts';
export {
  badCursor,
  decodeCursor,
  decodeOwnerCursor,
  encodeCursor,
  encodeOwnerCursor,
} from './cursor.ts';
export type { OwnerCursor } from './cursor.ts';
export { parseDateTime } from './date-time.ts';
export {
  actorsOf,
  gatherOf,
  isLocal,
  isNetField,
  orderOf,
  routeOf,
  stepOf,
  stepsFrom,
} from './directives.ts';
export type { GatherRule, OrderRule, RouteRule, StepRule } from './directives.ts';
export { changeKinds } from './diff/change.ts';
export type { Breaks, ChangeKind, ContractChange } from './diff/change.ts';
export { documentHash, isDocumentName } from './net-documents.ts';
export type { NetDocument } from './net-documents.ts';
export { parseGrants, schemaVariants, scopeModes } from './net-clients.ts';
export type { ClientLimits, NetClient, NetGrant, SchemaVariant, ScopeMode } from './net-clients.ts';
export { diffContracts } from './diff/diff-contracts.ts';
export type { ContractText } from './diff/diff-contracts.ts';
export { contractDocs } from './docs/contract-docs.ts';
export { divisionContains } from './divisions.ts';
export { NetError, errorCodes, isNetErrorCode } from './errors.ts';
export type { NetErrorCode } from './errors.ts';
export { eventTypes } from './events.ts';
export type { EventData, EventType, EventTypeName, FeedEvent, Firsts, Opening } from './events.ts';
export { fieldModule, typeModule } from './field-module.ts';
export {
  identityCheckDigit,
  identityHash,
  keyedHash,
  parseIdentityNumber,
} from './identity-number.ts';
export { isPlatformCode, parseId, splitId } from './ids.ts';
export type { RecordId } from './ids.ts';
export { lintContract } from './lint/lint.ts';
export type { LintFinding } from './lint/rule.ts';
export {
  contractModules,
  contractVersion,
  contractVersions,
  moduleText,
  previousContractVersion,
} from './modules.ts';
export type { ContractModule, ContractVersion, ModuleName } from './modules.ts';
export {
  connectionStatuses,
  isRestored,
  parseNetSnapshot,
  platformKinds,
  restoredLeap,
  restoredRevision,
} from './net.ts';
export type { ConnectionStatus, NetOwner, NetSnapshot, OwnerBudget, PlatformKind } from './net.ts';
export { compareCodePoints, compareKeys, comparePositions, haversineMetres } from './order.ts';
export type { Direction, Position, SortKey } from './order.ts';
export { defaultPageSize, maxPageSize, parsePage } from './page.ts';
export type { Page, PageArguments } from './page.ts';
export { keyField, references } from './references.ts';
export type { Reference } from './references.ts';
export { contractSchema } from './schema.ts';
export { municipalSdl, platformSdl } from './sdl.ts';
export { wrongState } from './wrong-state.ts';
export { newSealingKey, open, seal } from './sealing.ts';
export type { SealingKey } from './sealing.ts';
export { isAfter, sinceOf } from './since.ts';
export { isContractVersion } from './since.ts';
export {
  isWorkingDay,
  requestWorkingDays,
  workingDayTable,
  workingDaysAfter,
  workingDaysBefore,
} from './working-days.ts';
export { grantedScopes, isShared, rightsAt, roles, withheldFields } from './rights.ts';
export type { Rights, Role } from './rights.ts';
export {
  additionsScope,
  grantableScopes,
  allNeeds,
  carriedType,
  coreScope,
  needOf,
  scopeNames,
  shareAttributes,
} from './share.ts';
export type { Need, ShareAttribute } from './share.ts';
