/** The reference net as data: its platforms, Hubei's divisions, and what the demo shows. */
export { activityShare, activityWeights } from './activity.ts';
export { cardFunctions } from './definition.ts';
export type {
  CardFunction,
  CardKindDefinition,
  DepartmentDefinition,
  FigureCount,
  FigureInDemo,
  MediaChannelDefinition,
  PlatformDefinition,
  PublishedFigure,
} from './definition.ts';
export {
  divisionChildren,
  divisionLevels,
  divisionPath,
  divisions,
  tableYear,
} from './divisions.ts';
export type { Division, DivisionLevel } from './divisions.ts';
export { platformAdditions, platformByCode, platforms } from './platforms.ts';
export type {
  ArticleRecord,
  Channel,
  CommentRecord,
  EngagementRecord,
  FamilyMemberRecord,
  FamilyRelation,
  FollowRecord,
  MediaChannelRecord,
  MemberKind,
  MemberRecord,
  MemberStatus,
  ModuleRecord,
  OpeningRecord,
  OrganizationKind,
  OrganizationRecord,
  ReferenceEvent,
  ReferenceRecord,
  RequestCategory,
  RequestStatus,
  RequestStepRecord,
  ServiceRequestRecord,
  StationRecord,
} from './records.ts';
export { channels, familyRelations, memberKinds } from './records.ts';
export { contactFault } from './responsible.ts';
export type { ResponsibleOffice } from './responsible.ts';
export { referenceRecords } from './reference/reference.ts';
export type { ReferenceOptions } from './reference/reference.ts';
