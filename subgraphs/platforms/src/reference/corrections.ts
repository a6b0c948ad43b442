/** What departments say of records: a few doubts of recent requests, and data of members that came back. */
import { workingDaysAfter } from '@onenet/contract';
import type { ModuleRecord, ReferenceEvent } from '../records.ts';
import { dayMs, hourMs, officeMoment } from './calendar.ts';
import { members } from './members.ts';
import type { Random } from './random.ts';
import { recentRequests } from './requests.ts';
import type { Site } from './site.ts';

const answerDays = 15;
/** Of each kind, at most. */
const atMost = 3;
/** How long ago the first was filed. */
const monthMs = 30 * dayMs;

/** Doubts about requests, and returns about members where the platform has any. */
export function* corrections(site: Site): Generator<ModuleRecord> {
  const random = site.random('corrections');
  let n = 0;
  for (const { id, placeCode } of recentRequests(site)) {
    n += 1;
    yield correction(site, random, n, {
      kind: 'DOUBT',
      client: 'social-security',
      recordId: id,
      recordType: 'ServiceRequest',
      field: 'ServiceRequest.category',
      topic: null,
      placeCode,
      text: '与本部门登记的事项不一致，请核实（演示）。',
    });
    if (n === atMost) break;
  }
  if (!site.platform.modules.includes('members')) return;
  for (const record of members(site)) {
    if (record.type !== 'Member' || record.status !== 'ACTIVE') continue;
    n += 1;
    yield correction(site, random, n, {
      kind: 'RETURN',
      client: 'civil-affairs',
      recordId: record.id,
      recordType: 'Member',
      field: null,
      topic: 'LOW_INCOME',
      placeCode: record.placeCode,
      text: '自本季度起享受最低生活保障（演示）。',
    });
    if (n >= 2 * atMost) break;
  }
}

interface Draft {
  readonly kind: 'DOUBT' | 'RETURN';
  readonly client: string;
  readonly recordId: string;
  readonly recordType: string;
  readonly field: string | null;
  readonly topic: string | null;
  readonly placeCode: string;
  readonly text: string;
}

function correction(
  site: Site,
  random: Random,
  n: number,
  { text, ...draft }: Draft,
): ModuleRecord {
  const filedAt = Math.min(
    officeMoment(random, site.now - random.between(0.1, 1) * monthMs),
    site.now,
  );
  const dueAt = workingDaysAfter(new Date(filedAt), answerDays).getTime();
  const answeredAt = officeMoment(random, filedAt + random.between(4, 400) * hourMs);
  const isAnswered = answeredAt <= site.now && random.chance(0.7);
  const isLate = (isAnswered ? answeredAt : site.now) > dueAt;
  const status = isAnswered ? random.weighted({ CONFIRMED: 2, REJECTED: 1 }) : 'FILED';
  const about = { place: draft.placeCode, category: draft.kind };
  const events: ReferenceEvent[] = [];
  const tell = (type: ReferenceEvent['type'], at: number, more: object = {}): void => {
    events.push({ type, at: new Date(at), data: { ...about, ...more }, person: null });
  };
  tell('onenet.correction.filed', filedAt);
  if (isLate) tell('onenet.correction.overdue', dueAt);
  if (status !== 'FILED') {
    const type = status === 'CONFIRMED' ? 'confirmed' : 'rejected';
    const value = Math.round((answeredAt - filedAt) / 60_000);
    tell(`onenet.correction.${type}`, answeredAt, { value, onTime: !isLate });
  }
  return {
    type: 'Record',
    of: 'DataCorrection',
    id: site.id(`correction-${n}`),
    platformCode: site.code,
    updatedAt: new Date(isAnswered ? answeredAt : isLate ? dueAt : filedAt),
    simulated: true,
    fields: {
      ...draft,
      filedAt: new Date(filedAt),
      status,
      dueAt: new Date(dueAt),
      overdueAt: isLate ? new Date(dueAt) : null,
      answer: { FILED: null, CONFIRMED: '已核实更正。', REJECTED: '核实无误，不作更改。' }[status],
      answeredAt: isAnswered ? new Date(answeredAt) : null,
      ...(status === 'FILED' && {
        openKey: [draft.client, draft.recordId, draft.field ?? draft.topic].join(' '),
      }),
    },
    personal: { text, validFrom: null },
    events,
  };
}
