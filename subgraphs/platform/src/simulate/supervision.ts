/** Simulated supervision: the province asks about a case or a figure, the platform answers, it is closed or returned. */
import { openFacet, serviceRequests, type ServiceRequestDoc } from '../modules/requests/store.ts';
import * as commands from '../modules/supervision/commands.ts';
import {
  supervisions,
  type SupervisionDoc,
  type SupervisionStatus,
} from '../modules/supervision/store.ts';
import type { Site } from './site.ts';

const office = '演示：湖北省总工会办公室';

interface Step {
  readonly weight: number;
  readonly status: SupervisionStatus;
  take(site: Site, id: string): Promise<unknown>;
}

/** What happens to supervisions, by how often. */
const steps: readonly Step[] = [
  { weight: 1, status: 'ASKED', take: answer },
  { weight: 0.2, status: 'RETURNED', take: answer },
  {
    weight: 0.7,
    status: 'ANSWERED',
    take: (site, id) => commands.closeSupervision(site.agency('OFFICER'), { id }),
  },
  {
    weight: 0.15,
    status: 'ANSWERED',
    take: (site, id) =>
      commands.returnSupervision(site.agency('OFFICER'), {
        id,
        question: '演示：请补充办结时间。',
      }),
  },
];

/** About an open case; where there is none, about a figure. */
export async function askSupervision(site: Site): Promise<void> {
  const requestId = await site.recent<ServiceRequestDoc>(
    serviceRequests,
    'submittedAt',
    { status: site.random.pick(['DISPATCHED', 'ACCEPTED']) ?? 'ACCEPTED' },
    openFacet,
  );
  await commands.askSupervision(site.agency('OFFICER'), {
    platform: site.code,
    office,
    question: '演示：请说明进展和办结时间。',
    ...(requestId === undefined ? { metric: 'requestsOverdue' } : { requestId }),
  });
}

/** A supervision takes its next step, if one waits for it. */
export async function advanceSupervision(site: Site): Promise<void> {
  const next = site.random.weighted(steps);
  const id =
    next && (await site.recent<SupervisionDoc>(supervisions, 'askedAt', { status: next.status }));
  if (next && id !== undefined) await next.take(site, id);
}

function answer(site: Site, id: string): Promise<unknown> {
  return commands.answerSupervision(site.agency('OFFICER'), {
    id,
    answer: '演示：正在办理，预计三个工作日内办结。',
    result: site.random.pick(['SETTLED', 'IN_HAND', 'EXPLAINED']) ?? 'IN_HAND',
  });
}
