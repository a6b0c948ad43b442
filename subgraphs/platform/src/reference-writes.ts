/** What a reference record becomes: documents as the modules store them, and the events that tell of it. One file: each kind is read against its neighbours. */
import type { EventData, EventTypeName } from '@onenet/contract';
import { outboxEntry } from '@onenet/feed';
import type {
  ArticleRecord,
  EngagementRecord,
  MediaChannelRecord,
  MemberRecord,
  OpeningRecord,
  OrganizationRecord,
  PlatformDefinition,
  ReferenceRecord,
  RequestStepRecord,
  ServiceRequestRecord,
  StationRecord,
} from '@onenet/platforms';
import type { Document } from 'mongodb';
import type { Write } from './load.ts';
import { maskedName, maskedPhone } from './mask.ts';
import { articleFacets, articles, comments, mediaChannels } from './modules/content/store.ts';
import { memberFacets, members } from './modules/members/store.ts';
import {
  organizationFacets,
  organizations,
  stationFacets,
  stations,
} from './modules/organizations/store.ts';
import { requestFacets, serviceRequests } from './modules/requests/store.ts';

/** The documents of a record: itself first, then its events. */
export function* writesOf(
  definition: PlatformDefinition,
  record: ReferenceRecord,
): Generator<Write> {
  switch (record.type) {
    case 'Organization':
      return yield* organizationWrites(record);
    case 'Station':
      return yield* stationWrites(record);
    case 'ServiceRequest':
      return yield* requestWrites(record);
    case 'Member':
      return yield* memberWrites(record);
    case 'MediaChannel':
      return yield* mediaChannelWrites(definition, record);
    case 'Article':
      return yield* articleWrites(record);
    case 'Opening':
      return yield* openingWrites(record);
  }
}

function* organizationWrites(record: OrganizationRecord): Generator<Write> {
  const { type: _type, id, platformCode: _platform, ...fields } = record;
  yield document(organizations, { _id: id, ...fields, facets: organizationFacets(record) });
  yield event(record, 'onenet.organization.founded', record.foundedAt, {
    place: record.placeCode,
    category: record.kind,
  });
}

function* stationWrites(record: StationRecord): Generator<Write> {
  const { type: _type, id, platformCode: _platform, latitude, longitude, ...fields } = record;
  yield document(stations, {
    _id: id,
    ...fields,
    location: { type: 'Point', coordinates: [longitude, latitude] },
    facets: stationFacets(record),
  });
  yield event(record, 'onenet.station.opened', record.openedAt, { place: record.placeCode });
}

function* requestWrites(record: ServiceRequestRecord): Generator<Write> {
  const {
    type: _type,
    id,
    platformCode: _platform,
    overdue: _overdue,
    applicantName,
    applicantPhone,
    description,
    person,
    history,
    ...fields
  } = record;
  yield document(serviceRequests, {
    _id: id,
    ...fields,
    closedAt: closedAt(record),
    maskedApplicantName: maskedName(applicantName),
    maskedApplicantPhone: maskedPhone(applicantPhone),
    facets: requestFacets(record),
    personal: { applicantName, applicantPhone, description, person },
    history,
  });
  for (const step of history) {
    const told = stepEvent(record, step);
    if (!told) continue;
    const [type, data] = told;
    yield event(
      record,
      type,
      step.at,
      { place: record.placeCode, category: record.category, channel: record.channel, ...data },
      type === 'onenet.request.submitted' ? person : null,
    );
  }
}

/** When it was last resolved or rejected, unless it was reopened since. */
function closedAt({ status, history }: ServiceRequestRecord): Date | null {
  if (status !== 'RESOLVED' && status !== 'REJECTED' && status !== 'RATED') return null;
  const closing = history.findLast(
    (step) => step.step === 'STATUS' && (step.to === 'RESOLVED' || step.to === 'REJECTED'),
  );
  return closing?.at ?? null;
}

function stepEvent(
  { submittedAt, dueAt }: ServiceRequestRecord,
  step: RequestStepRecord,
): readonly [EventTypeName, Omit<EventData, 'firsts'>] | undefined {
  const minutes = Math.round((step.at.getTime() - submittedAt.getTime()) / 60_000);
  switch (step.step) {
    case 'FEEDBACK':
      return ['onenet.request.feedback', {}];
    case 'RATING':
      return ['onenet.request.rated', { value: step.rating }];
    case 'SUPERVISION':
      return ['onenet.request.supervised', {}];
    case 'STATUS':
      break;
  }
  const closing = { value: minutes, ...(dueAt && { onTime: step.at <= dueAt }) };
  switch (step.to) {
    case 'SUBMITTED':
      return ['onenet.request.submitted', {}];
    case 'VERIFIED':
      return ['onenet.request.verified', {}];
    case 'DISPATCHED':
      return ['onenet.request.dispatched', {}];
    case 'ACCEPTED':
      return step.from === 'DISPATCHED'
        ? ['onenet.request.accepted', { value: minutes }]
        : ['onenet.request.reopened', {}];
    case 'RESOLVED':
      return ['onenet.request.resolved', closing];
    case 'REJECTED':
      return ['onenet.request.rejected', closing];
    // The rating beside it is the event.
    case 'RATED':
    case 'TRANSFERRED':
      return undefined;
  }
}

function* memberWrites(record: MemberRecord): Generator<Write> {
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
  yield document(members, {
    _id: id,
    ...fields,
    maskedName: maskedName(name),
    maskedPhone: maskedPhone(phone),
    facets: memberFacets(record),
    personal: { name, phone, person, notes: [] },
  });
  if (record.status === 'TRANSFERRED') return;
  const data = { place: record.placeCode, category: record.kind, channel: record.channel };
  yield event(record, 'onenet.member.applied', record.appliedAt, data);
  if (decidedAt) {
    const type = record.status === 'REFUSED' ? 'onenet.member.refused' : 'onenet.member.accepted';
    yield event(record, type, decidedAt, data);
  }
  if (leftAt) yield event(record, 'onenet.member.left', leftAt, data);
}

function* mediaChannelWrites(
  { serves }: PlatformDefinition,
  record: MediaChannelRecord,
): Generator<Write> {
  const { type: _type, id, platformCode: _platform, follows, ...fields } = record;
  // A channel is the platform's: it lies where the platform does.
  const [placeCode] = serves;
  yield document(mediaChannels, { _id: id, ...fields, placeCode });
  const data = { ...(placeCode && { place: placeCode }), channel: record.channel };
  for (const follow of follows) yield event(follow, 'onenet.channel.followed', follow.at, data);
}

const engagementEvents = {
  READ: 'onenet.article.read',
  SHARE: 'onenet.article.shared',
  LIKE: 'onenet.article.liked',
  COMMENT: 'onenet.article.commented',
} as const satisfies Record<EngagementRecord['kind'], EventTypeName>;

function* articleWrites(record: ArticleRecord): Generator<Write> {
  const {
    type: _type,
    id,
    platformCode: _platform,
    comments: said,
    engagement,
    ...fields
  } = record;
  yield document(articles, { _id: id, ...fields, facets: articleFacets(record) });
  for (const { id: local, at, text, author } of said) {
    yield document(comments, {
      _id: `${id}-${local}`,
      articleId: id,
      at,
      text,
      maskedAuthor: maskedName(author),
      simulated: record.simulated,
      facets: [id],
    });
  }
  const data = { place: record.placeCode, category: record.column };
  yield event(record, 'onenet.article.published', record.publishedAt, data);
  for (const { kind, at, channel, count, person } of engagement) {
    const counted = count === 1 ? { ...data, channel } : { ...data, channel, count };
    yield event(record, engagementEvents[kind], at, counted, person);
  }
}

function* openingWrites(record: OpeningRecord): Generator<Write> {
  const { measure, kind, value, asOf, placeCode, category, channel } = record;
  yield event({ simulated: false }, 'onenet.opening', asOf, {
    place: placeCode,
    ...(category !== null && { category }),
    ...(channel !== null && { channel }),
    opening: { measure, value, asOf: asOf.toISOString(), kind },
  });
}

function document(collection: string, content: Document): Write {
  return { collection, document: content };
}

function event(
  { simulated }: { readonly simulated: boolean },
  type: EventTypeName,
  time: Date,
  data: Omit<EventData, 'firsts'>,
  person?: string | null,
): Write {
  const marked = simulated ? { ...data, simulated: true as const } : data;
  return {
    collection: 'outbox',
    document: outboxEntry({ type, time, data: marked, person: person ?? null }),
  };
}
