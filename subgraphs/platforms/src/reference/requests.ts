/** Requests: those that the figures speak of, a past, and a life of their own in recent weeks. */
import type { Channel, RequestCategory, ServiceRequestRecord } from '../records.ts';
import { figuresAsOf, hourMs, momentBetween } from './calendar.ts';
import { personName, personPhone, requestCategories, requestTitles } from './names.ts';
import type { Random } from './random.ts';
import { liveRequest } from './request-life.ts';
import type { Outcome } from './request-life.ts';
import { recentMoments } from './recent.ts';
import { countyOf, nameOf } from './site.ts';
import type { Site } from './site.ts';
import type { Balance } from './openings.ts';

export function* requests(site: Site): Generator<ServiceRequestRecord> {
  yield* publishedRequests(site);
  yield* pastRequests(site);
  yield* recentRequests(site);
}

/** What the published figures count; the last step of each lies before their date. */
function* publishedRequests(site: Site): Generator<ServiceRequestRecord> {
  const random = site.random('published requests');
  for (const { key, local, count, category, outcome, from } of publishedPlans(site)) {
    for (let n = 1; n <= count; n++) {
      const submittedAt = momentBetween(random, from, lastSubmission);
      yield request(site, random, {
        local: `req-${local}-${n}`,
        submittedAt,
        until: figuresAsOf.getTime(),
        category: category ?? random.weighted(requestCategories),
        outcome,
        simulated: false,
        people: site.figure(key),
      });
    }
  }
}

interface PublishedPlan {
  readonly key: string;
  readonly local: string;
  readonly count: number;
  readonly category: RequestCategory | null;
  readonly outcome: Outcome;
  readonly from: number;
}

/** Leaves a request five weeks, more than any life of those below takes. */
const lastSubmission = Date.parse('2016-07-27T00:00:00+08:00');

function publishedPlans(site: Site): readonly PublishedPlan[] {
  const plan = (
    key: string,
    local: string,
    category: RequestCategory | null,
    outcome: Outcome,
    from: string,
  ): PublishedPlan => {
    const count = site.asRecords(site.figure(key));
    return { key, local, count, category, outcome, from: Date.parse(`${from}T00:00:00+08:00`) };
  };
  const done = plan('rights-requests-done', 'rights', 'LEGAL', 'RESOLVED', '2016-01-01');
  const rights = plan('rights-requests', 'rights-open', 'LEGAL', 'OPEN', '2016-04-01');
  return [
    plan('requests-helped', 'helped', null, 'RESOLVED', '2015-12-01'),
    plan('service-person-times', 'service', 'SERVICE', 'RESOLVED', '2013-09-01'),
    done,
    { ...rights, count: rights.count - done.count },
  ];
}

const requestsInPast = 60;
const pastFrom = Date.parse('2015-06-01T00:00:00+08:00');
/** Leaves the slowest, late and reopened, time to be closed. */
const pastTo = Date.parse('2016-06-01T00:00:00+08:00');

/** Closed ones from before the figures' date, of every category that no figure counts. */
function* pastRequests(site: Site): Generator<ServiceRequestRecord> {
  const random = site.random('past requests');
  for (let n = 1; n <= requestsInPast; n++) {
    const category = random.weighted(requestCategories);
    const counted = site.counts('onenet.request.resolved', category);
    yield request(site, random, {
      local: `req-past-${n}`,
      submittedAt: momentBetween(random, pastFrom, pastTo),
      until: figuresAsOf.getTime(),
      category: counted && category === 'LEGAL' ? 'CONTRACT' : category,
      outcome: site.counts('onenet.request.resolved') || random.chance(0.08) ? 'REJECTED' : 'ANY',
      simulated: false,
      people: 400,
    });
  }
}

/** The simulated activity of the last weeks, and of a fortnight a year ago. */
export function* recentRequests(site: Site): Generator<ServiceRequestRecord> {
  const random = site.random('recent requests');
  let n = 0;
  for (const submittedAt of recentMoments(site, random, site.platform.requestsPerDay)) {
    n += 1;
    yield request(site, random, {
      local: `req-${n}`,
      submittedAt,
      until: site.now,
      category: random.weighted(requestCategories),
      outcome: 'ANY',
      simulated: true,
      people: Math.ceil(site.platform.requestsPerDay * 60),
    });
  }
}

/** How requests come. */
const channels: Readonly<Record<Channel, number>> = {
  WECHAT: 34,
  MINI_PROGRAM: 10,
  WEBSITE: 17,
  APP: 12,
  HOTLINE: 14,
  STATION: 10,
  QR_CODE: 3,
};

/** The same while there was no mini program: its share came by the account. */
const channelsBefore = {
  ...channels,
  WECHAT: channels.WECHAT + channels.MINI_PROGRAM,
  MINI_PROGRAM: 0,
};

/** WeChat has mini programs since then. */
const miniProgramsFrom = Date.parse('2017-01-09T00:00:00+08:00');

function channelsAt(submittedAt: number): Readonly<Record<Channel, number>> {
  return submittedAt >= miniProgramsFrom ? channels : channelsBefore;
}

const descriptions = [
  '请工会帮助协调。',
  '附上相关材料，请尽快联系。',
  '单位一直没有答复，请指导。',
];

interface RequestDraft {
  readonly local: string;
  readonly submittedAt: number;
  /** Steps that would come after this have not happened. */
  readonly until: number;
  readonly category: RequestCategory;
  readonly outcome: Outcome;
  readonly simulated: boolean;
  /** How many workers there are to submit it. */
  readonly people: number;
  readonly place?: string;
}

export function request(site: Site, random: Random, draft: RequestDraft): ServiceRequestRecord {
  const { category, submittedAt } = draft;
  const place = draft.place ?? random.pick(site.communities);
  const life = liveRequest(random, draft);
  const person = `w-${random.integer(1, draft.people)}`;
  return {
    type: 'ServiceRequest',
    id: site.id(draft.local),
    platformCode: site.code,
    title: `${nameOf(countyOf(place))}：${random.pick(requestTitles[category])}`,
    category,
    channel: random.weighted(channelsAt(submittedAt)),
    placeCode: place,
    submittedAt: new Date(submittedAt),
    organizationId: handlingUnion(site, place, life),
    transferredToId: null,
    ...life,
    handler: isDispatched(life) ? `权益保障演示${random.integer(1, 6)}组` : null,
    applicantName: personName(random),
    applicantPhone: personPhone(random),
    description: random.pick(descriptions),
    person,
    simulated: draft.simulated,
  };
}

type Life = Pick<ServiceRequestRecord, 'history' | 'escalationLevel'>;

function isDispatched({ history }: Life): boolean {
  return history.some((step) => step.step === 'STATUS' && step.to === 'DISPATCHED');
}

/** The place's union, or the one above it once the request was taken a level up. */
function handlingUnion(site: Site, place: string, life: Life): string | null {
  if (!isDispatched(life)) return null;
  return life.escalationLevel > 0 ? site.rootUnion : site.unionFor(place);
}

/** A tombstone: the mandatory core, and where the request went. */
export function requestTombstone(
  site: Site,
  target: ServiceRequestRecord,
  local: string,
): ServiceRequestRecord {
  return {
    ...target,
    id: site.id(local),
    platformCode: site.code,
    status: 'TRANSFERRED',
    transferredToId: target.id,
    updatedAt: new Date(target.submittedAt.getTime() + hourMs),
    organizationId: null,
    dueAt: null,
    resolvedAt: null,
    overdue: false,
    handler: null,
    supervised: false,
    reopenedCount: 0,
    rating: null,
    overdueAt: null,
    remindedAt: null,
    remindedCount: 0,
    escalationLevel: 0,
    applicantName: null,
    applicantPhone: null,
    description: null,
    history: [],
    person: null,
  };
}

/** What was resolved had been submitted: with one balance alone the backlog would be negative. */
export function requestBalances(site: Site): readonly Balance[] {
  const total = site.figure('service-person-times');
  const balance = { kind: 'flow', total, figure: total, category: 'SERVICE' } as const;
  return [
    { measure: 'onenet.request.submitted', ...balance },
    { measure: 'onenet.request.resolved', ...balance },
  ];
}
