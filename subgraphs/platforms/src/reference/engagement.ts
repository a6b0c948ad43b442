/** What readers do to one article: most of it in its first days, by daylight. */
import type { ArticleRecord, Channel, CommentRecord, EngagementRecord } from '../records.ts';
import { hourMs, minuteMs, momentOfDay, startOfDay } from './calendar.ts';
import { comments, personName } from './names.ts';
import type { Random } from './random.ts';

/** How often each is to happen. */
export interface EngagementPlan {
  readonly reads: number;
  readonly shares: number;
  readonly likes: number;
  readonly comments: number;
}

interface Readership {
  readonly publishedAt: number;
  readonly until: number;
  /** Whether the plan is fulfilled in full; else what would come after `until` is left out. */
  readonly complete: boolean;
  readonly channels: readonly Channel[];
  /** How many readers there are to choose from. */
  readonly readers: number;
}

type Engaged = Pick<
  ArticleRecord,
  'engagement' | 'comments' | 'readCount' | 'shareCount' | 'likeCount' | 'commentCount'
>;

/** A sum of reads or shares is cut into so many lines at most, each for one clock minute. */
const mostLines = 60;
/** Of the past, whose readers nobody counts by the day, into fewer. */
const mostLinesOfPast = 15;
const mostComments = 20;

export function engage(random: Random, plan: EngagementPlan, readership: Readership): Engaged {
  const most = readership.complete ? mostLinesOfPast : mostLines;
  const engagement = [
    ...lines(random, 'READ', plan.reads, readership, most),
    ...lines(random, 'SHARE', plan.shares, readership, most),
    ...lines(random, 'LIKE', plan.likes, readership, plan.likes),
    ...lines(random, 'COMMENT', plan.comments, readership, plan.comments),
  ].toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const count = (kind: EngagementRecord['kind']) =>
    engagement.reduce((sum, line) => (line.kind === kind ? sum + line.count : sum), 0);
  return {
    engagement,
    comments: engagement
      .filter((line) => line.kind === 'COMMENT')
      .slice(0, mostComments)
      .map((line, n): CommentRecord => comment(random, line, n)),
    readCount: count('READ'),
    shareCount: count('SHARE'),
    likeCount: count('LIKE'),
    commentCount: count('COMMENT'),
  };
}

function* lines(
  random: Random,
  kind: EngagementRecord['kind'],
  total: number,
  readership: Readership,
  most: number,
): Generator<EngagementRecord> {
  const number = Math.min(total, most);
  for (let n = 0; n < number; n++) {
    const count = Math.floor(((n + 1) * total) / number) - Math.floor((n * total) / number);
    const at = engagementMoment(random, readership);
    if (at > readership.until) continue;
    yield {
      kind,
      at: new Date(at),
      channel: readership.channels.length > 0 ? random.pick(readership.channels) : 'WEBSITE',
      count,
      person: count === 1 ? `w-${random.integer(1, readership.readers)}` : null,
    };
  }
}

/** Half of it within the first eleven hours; at night it waits for the morning. */
function engagementMoment(random: Random, { publishedAt, until, complete }: Readership): number {
  const earliest = publishedAt + minuteMs;
  for (;;) {
    const after = -Math.log(1 - random.next()) * 16 * hourMs;
    const day = startOfDay(earliest + after);
    const moment = momentOfDay(random, day);
    if (moment < earliest) continue;
    if (!complete || moment <= until) return moment;
  }
}

function comment(random: Random, { at }: EngagementRecord, n: number): CommentRecord {
  return { id: `comment-${n + 1}`, at, text: random.pick(comments), author: personName(random) };
}
