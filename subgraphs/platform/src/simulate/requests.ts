/** Simulated requests: they are submitted, and each goes its way step by step. */
import type { RequestStatus } from '@onenet/platforms';
import type { Agency } from '../command.ts';
import * as commands from '../modules/requests/commands.ts';
import { organizations } from '../modules/organizations/store.ts';
import { isOpen, keepsDeadlines } from '../modules/requests/life-cycle.ts';
import {
  openFacet,
  serviceRequests,
  type ServiceRequestDoc,
  type StoredServiceRequest,
} from '../modules/requests/store.ts';
import { everything } from '../rows.ts';
import { requestTexts } from './texts.ts';
import type { Site } from './site.ts';

interface Step {
  readonly weight: number;
  readonly status: RequestStatus;
  take(site: Site, id: string): Promise<unknown>;
}

/** What happens to requests, by how often; about as many are closed as are submitted. */
const steps: readonly Step[] = [
  step(1, 'SUBMITTED', (site, id) => commands.verifyServiceRequest(site.agency('OFFICER'), { id })),
  step(1, 'VERIFIED', dispatch),
  step(1, 'DISPATCHED', (site, id) =>
    commands.acceptServiceRequest(site.agency('OFFICER'), { id, handler: '演示窗口' }),
  ),
  step(0.95, 'ACCEPTED', (site, id) =>
    commands.resolveServiceRequest(site.agency('OFFICER'), { id }),
  ),
  step(0.05, 'ACCEPTED', (site, id) =>
    commands.rejectServiceRequest(site.agency('OFFICER'), { id }),
  ),
  step(0.2, 'ACCEPTED', (site, id) =>
    commands.addServiceRequestFeedback(site.agency('OFFICER'), { id, note: '演示：已与本人联系' }),
  ),
  step(0.03, 'ACCEPTED', (site, id) =>
    commands.superviseServiceRequest(site.agency('OFFICER'), { id }),
  ),
  step(0.6, 'RESOLVED', async (site, id) =>
    commands.rateServiceRequest(await applicant(site, id), {
      id,
      rating: site.random.pick([5, 5, 5, 5, 4, 4, 4, 3, 2, 1]) ?? 5,
    }),
  ),
  step(0.02, 'RESOLVED', async (site, id) =>
    commands.reopenServiceRequest(await applicant(site, id), { id }),
  ),
];

/** The same, with what contract 1.2 brought. */
const stepsNow: readonly Step[] = [
  ...steps,
  step(0.08, 'ACCEPTED', async (site, id) =>
    commands.remindServiceRequest(await applicant(site, id), { id }),
  ),
  step(0.02, 'ACCEPTED', (site, id) =>
    commands.escalateServiceRequest(site.agency('OFFICER'), { id }),
  ),
];

/** A request takes its next step, or, where none waits for it, a new one comes. */
export async function advanceRequest(site: Site): Promise<void> {
  const next = site.random.weighted(keepsDeadlines(site.platform) ? stepsNow : steps);
  const id =
    next &&
    (await site.recent<ServiceRequestDoc>(
      serviceRequests,
      'submittedAt',
      { status: next.status },
      isOpen(next.status) ? openFacet : everything,
    ));
  if (next && id !== undefined) await next.take(site, id);
  else await submitRequest(site);
}

export async function submitRequest(site: Site): Promise<void> {
  const text = site.random.pick(requestTexts);
  if (!text) return;
  await commands.submitServiceRequest(site.agency('WORKER'), {
    platform: site.code,
    title: text.title,
    category: text.category,
    channel:
      site.random.pick(['WECHAT', 'WECHAT', 'WEBSITE', 'APP', 'HOTLINE', 'STATION']) ?? 'WECHAT',
    placeCode: site.place(),
    applicantName: `演示${site.random.below(10_000)}`,
  });
}

/** The worker whose request it is. */
async function applicant(site: Site, id: string): Promise<Agency> {
  const found = await site.platform.db
    .collection<StoredServiceRequest>(serviceRequests)
    .findOne({ _id: id }, { projection: { 'personal.person': 1 } });
  return site.agency('WORKER', found?.personal.person ?? undefined);
}

async function dispatch(site: Site, id: string): Promise<unknown> {
  const handlers = await site.ids(organizations, {
    filter: { facets: everything, kind: 'UNION' },
    sort: { name: 1, _id: 1 },
  });
  const organizationId = site.random.pick(handlers);
  if (organizationId === undefined) return undefined;
  return commands.dispatchServiceRequest(site.agency('OFFICER'), { id, organizationId });
}

function step(weight: number, status: RequestStatus, take: Step['take']): Step {
  return { weight, status, take };
}
