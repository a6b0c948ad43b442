/** What the province asks platforms about: cases under supervision, and a figure; most is answered in time. */
import { workingDaysAfter, workingDaysBefore } from '@onenet/contract';
import type { ModuleRecord, ReferenceEvent, ServiceRequestRecord } from '../records.ts';
import { dayMs, hourMs, officeMoment, startOfDay } from './calendar.ts';
import type { Random } from './random.ts';
import { recentRequests } from './requests.ts';
import type { Site } from './site.ts';

const answerDays = 5;
/** Cases asked about, at most. */
const casesAtMost = 4;

/** About cases that were put under supervision in recent weeks, and about a figure. */
export function* supervisions(site: Site): Generator<ModuleRecord> {
  const random = site.random('supervisions');
  const recent = [...recentRequests(site)];
  let n = 0;
  for (const request of recent) {
    const askedAt = supervisedAt(request);
    if (askedAt === undefined || site.now - askedAt > monthMs) continue;
    n += 1;
    yield supervision(site, random, {
      local: `supervision-case-${n}`,
      askedAt,
      way: random.weighted({ CLOSED: 5, ANSWERED: 3, RETURNED: 2, OPEN: 1 }),
      about: { subject: 'REQUEST', requestId: request.id, placeCode: request.placeCode },
      question: random.pick(caseQuestions),
      answer: random.pick(caseAnswers),
    });
    if (n === casesAtMost) break;
  }
  yield* figureQuestion(site, random, recent);
}

const monthMs = 30 * dayMs;

/** How far a supervision comes, given time; LATE is past its deadline, without an answer. */
type Way = 'CLOSED' | 'ANSWERED' | 'RETURNED' | 'OPEN' | 'LATE';

const offices = ['湖北省总工会办公室', '湖北省总工会权益保障部'];

const caseQuestions = [
  '此件已临近或超过办理期限，请说明进展和办结时间。',
  '职工多次反映，请核实办理情况并督促落实。',
];

const caseAnswers = [
  '已与用人单位约谈，承诺本周内解决，将跟踪落实。',
  '材料补充后已恢复办理，预计三个工作日内办结。',
];

const figureWays = { ANSWERED: 4, CLOSED: 3, LATE: 3, OPEN: 1 } as const;

/** Working days before now on which the figure was asked about. */
const figureAskedBefore: Readonly<Record<keyof typeof figureWays, number>> = {
  CLOSED: 11,
  ANSWERED: 6,
  LATE: 8,
  OPEN: 2,
};

/** About how many requests passed their deadline within a week, as analytics counts it; where none did, nobody asks. */
function* figureQuestion(
  site: Site,
  random: Random,
  recent: readonly ServiceRequestRecord[],
): Generator<ModuleRecord> {
  const way = random.weighted(figureWays);
  const askedOn = workingDaysBefore(new Date(site.now), figureAskedBefore[way]).getTime();
  const askedAt = Math.min(officeMoment(random, startOfDay(askedOn)), site.now);
  const periodTo = startOfDay(askedAt);
  const periodFrom = periodTo - 7 * dayMs;
  const value = recent
    .flatMap(({ history }) => history)
    .filter(({ step, at }) => step === 'OVERDUE' && +at >= periodFrom && +at < periodTo).length;
  if (value === 0) return;
  yield supervision(site, random, {
    local: 'supervision-figure-1',
    askedAt,
    way,
    about: {
      subject: 'FIGURE',
      metric: 'requestsOverdue',
      periodFrom: new Date(periodFrom),
      periodTo: new Date(periodTo),
      value,
      placeCode: site.seat,
    },
    question: '请说明近一周超期求助的原因和整改措施。',
    answer: '主要是部门会商环节用时较长，已增派专人，逐件跟进。',
  });
}

/** When a request was put under supervision. */
function supervisedAt({ history }: ServiceRequestRecord): number | undefined {
  return history.find(({ step }) => step === 'SUPERVISION')?.at.getTime();
}

interface Draft {
  readonly local: string;
  readonly askedAt: number;
  readonly way: Way;
  readonly about: Readonly<Record<string, unknown>> & {
    readonly subject: 'REQUEST' | 'FIGURE';
    readonly placeCode: string;
  };
  readonly question: string;
  readonly answer: string;
}

function supervision(site: Site, random: Random, draft: Draft): ModuleRecord {
  const { askedAt, about, way } = draft;
  const life = new Life(about, askedAt, site.now);
  const later = (hours: number) =>
    officeMoment(random, life.time + random.between(0.3, 1) * hours * hourMs);
  if (way !== 'OPEN' && way !== 'LATE') {
    life.answer(later(60));
    if (way === 'RETURNED') {
      life.askAgain(later(20));
      life.answer(later(60));
    }
    if (way === 'CLOSED') life.close(later(30));
  }
  return {
    type: 'Record',
    of: 'Supervision',
    id: site.id(draft.local),
    platformCode: site.code,
    updatedAt: new Date(life.time),
    simulated: true,
    fields: {
      requestId: null,
      metric: null,
      periodFrom: null,
      periodTo: null,
      value: null,
      ...about,
      askedAt: new Date(askedAt),
      office: random.pick(offices),
      question: life.returnedCount > 0 ? '答复未写明办结时间，请补充。' : draft.question,
      ...life.fields,
      answer: life.isAnswered ? draft.answer : null,
      result: life.isAnswered ? resultOf(draft) : null,
    },
    personal: {},
    events: life.events,
  };
}

function resultOf({ about, way }: Draft): 'SETTLED' | 'IN_HAND' | 'EXPLAINED' {
  if (about.subject === 'FIGURE') return 'EXPLAINED';
  return way === 'CLOSED' ? 'SETTLED' : 'IN_HAND';
}

/** Collects what happened, step by step; what would come after `until` has not happened. */
class Life {
  readonly events: ReferenceEvent[] = [];
  time: number;
  isAnswered = false;
  returnedCount = 0;
  readonly #until: number;
  readonly #data: { readonly place: string; readonly category: string };
  #status: 'ASKED' | 'ANSWERED' | 'RETURNED' | 'CLOSED' = 'ASKED';
  #putAt: number;
  #answeredAt: number | null = null;
  #closedAt: number | null = null;
  #isOver = false;

  constructor(about: Draft['about'], askedAt: number, until: number) {
    this.time = askedAt;
    this.#putAt = askedAt;
    this.#until = until;
    this.#data = { place: about.placeCode, category: about.subject };
    this.#tell('onenet.supervision.asked');
  }

  get fields(): Readonly<Record<string, unknown>> {
    return {
      status: this.#status,
      dueAt: this.#dueAt,
      putAt: new Date(this.#putAt),
      answeredAt: this.#answeredAt === null ? null : new Date(this.#answeredAt),
      closedAt: this.#closedAt === null ? null : new Date(this.#closedAt),
      returnedCount: this.returnedCount,
    };
  }

  answer(at: number): void {
    if (!this.#moveTo(at, 'ANSWERED')) return;
    this.isAnswered = true;
    this.#answeredAt = at;
    const minutes = Math.round((at - this.#putAt) / 60_000);
    this.#tell('onenet.supervision.answered', {
      value: minutes,
      onTime: at <= this.#dueAt.getTime(),
    });
  }

  askAgain(at: number): void {
    if (!this.#moveTo(at, 'RETURNED')) return;
    this.#putAt = at;
    this.#answeredAt = null;
    this.returnedCount += 1;
    this.#tell('onenet.supervision.returned');
  }

  close(at: number): void {
    if (!this.#moveTo(at, 'CLOSED')) return;
    this.#closedAt = at;
    this.#tell('onenet.supervision.closed');
  }

  get #dueAt(): Date {
    return workingDaysAfter(new Date(this.#putAt), answerDays);
  }

  /** Once a step has not happened, none after it has. */
  #moveTo(at: number, status: 'ANSWERED' | 'RETURNED' | 'CLOSED'): boolean {
    this.#isOver ||= at > this.#until;
    if (this.#isOver) return false;
    this.time = at;
    this.#status = status;
    return true;
  }

  #tell(type: ReferenceEvent['type'], more: Pick<ReferenceEvent['data'], 'value' | 'onTime'> = {}) {
    const data = { ...this.#data, ...more };
    this.events.push({ type, at: new Date(this.time), data, person: null });
  }
}
