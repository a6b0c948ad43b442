/** Whether a record is counted once at every moment, by what the feeds of both platforms say. */
import { readFeed } from '@onenet/feed';

/** An event of one record, which its place tells from all others. */
export interface CountedEvent {
  readonly platform: string;
  readonly type: string;
  readonly place: string;
  readonly timeMs: number;
}

/** What an event does to the records that are live, and to those in transfer. */
const effects: Readonly<Record<string, readonly [live: number, inTransfer: number]>> = {
  'onenet.request.submitted': [1, 0],
  'onenet.member.accepted': [1, 0],
  'onenet.request.offered': [-1, 1],
  'onenet.member.offered': [-1, 1],
  'onenet.request.returned': [1, -1],
  'onenet.member.returned': [1, -1],
  'onenet.request.departed': [0, -1],
  'onenet.member.departed': [0, -1],
  'onenet.request.received': [1, 0],
  'onenet.member.received': [1, 0],
};

/** All events of a platform that count, its chain verified from the first line to the last. */
export async function countedEvents(code: string, url: string): Promise<CountedEvent[]> {
  const events: CountedEvent[] = [];
  let position: { after: number; head?: string } = { after: 0 };
  for (;;) {
    const answer = await readFeed({ url: `${url}/events`, code, ...position, waitSeconds: 0 });
    if (answer.kind !== 'batch') throw new Error(`${code}: ${JSON.stringify(answer)}`);
    if (answer.lines.length === 0) return events;
    for (const line of answer.lines) {
      if (line.kind === 'rejected') throw new Error(`${code} ${line.sequence}: ${line.reason}`);
      const { type, time, data } = line.event;
      if (!(type in effects)) continue;
      events.push({ platform: code, type, place: data.place ?? '', timeMs: Date.parse(time) });
    }
    position = { after: answer.last, head: answer.head };
  }
}

/** In order of time; where two are of one millisecond, in the order in which one follows from the other. */
export function inOrderOfTime(events: readonly CountedEvent[]): CountedEvent[] {
  const order = Object.keys(effects);
  return events.toSorted(
    (a, b) => a.timeMs - b.timeMs || order.indexOf(a.type) - order.indexOf(b.type),
  );
}

/** Moments at which the record is live at both, or counted nowhere; events in order of time. */
export function miscounts(events: readonly CountedEvent[]): readonly string[] {
  let live = 0;
  let inTransfer = 0;
  return events.flatMap(({ platform, type }) => {
    const [more, moving] = effects[type] ?? [0, 0];
    live += more;
    inTransfer += moving;
    const isRight = live <= 1 && live >= 0 && inTransfer >= 0 && live + inTransfer >= 1;
    return isRight ? [] : [`after ${type} at ${platform}: live ${live}, in transfer ${inTransfer}`];
  });
}
