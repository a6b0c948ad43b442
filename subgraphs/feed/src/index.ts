/** The event feed: a platform's outbox becomes numbered, chained lines, and a reader believes none unchecked. */
export type { FeedStatus } from './answer.ts';
export { chainHead0, nextHead } from './chain.ts';
export { feedChecks } from './checks.ts';
export type { ChainAlgorithm } from './chain.ts';
export { ensureFeedIndexes, outboxCollection } from './collections.ts';
export { OutboxEntryError, outboxEntry } from './entry.ts';
export type { OutboxEntry, OutboxEntryInput } from './entry.ts';
export { eventFaults } from './event.ts';
export type { Checked, EventFault, Vocabulary } from './event.ts';
export { startFeed } from './feed.ts';
export type { Feed, FeedDatabase, FeedOptions, FeedSettings } from './feed.ts';
export { forgetPerson, personKeyOf } from './forget-person.ts';
export { keyedPerson } from './firsts.ts';
export { formatSequence } from './line.ts';
export { defaultLimit, maxAnswerBytes, maxLimit, maxLineBytes, maxWaitSeconds } from './limits.ts';
export { mongoStore } from './mongo-store.ts';
export { readLine } from './parse-lines.ts';
export { isLabel } from './platform-event.ts';
export { UnfitDatabase, postgresPool } from './postgres.ts';
export { postgresStore } from './postgres-store.ts';
export { sendProblem } from './http.ts';
export { readFeed, readFeedInto, readFeedOf } from './read-feed.ts';
export type {
  FeedAnswer,
  FeedBatch,
  FeedBounds,
  FeedFailure,
  FeedHeaders,
  FeedLine,
  FeedRequest,
  FeedStretch,
  MalformedReason,
} from './feed-answer.ts';
export type { FeedStore } from './store.ts';
export type { EventTotal } from './totals.ts';
export { accessType } from './access-event.ts';
export type { AccessData, AccessEvent, OwnerAccess } from './access-event.ts';
export { gatewayCode, gatewayEvents, isAccess } from './gateway-feed.ts';
export type { GatewayEvent } from './gateway-feed.ts';
export { usageType } from './usage-event.ts';
export type { OwnerUse, UsageData, UsageEvent, UsageResult } from './usage-event.ts';
