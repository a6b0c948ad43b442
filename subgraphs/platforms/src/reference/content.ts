/** Channels with their followers, and articles with what readers did: figures, a stock, recent weeks. Long, since its figures share their articles. */
import type { MediaChannelDefinition } from '../definition.ts';
import type { ArticleRecord, Channel, FollowRecord, MediaChannelRecord } from '../records.ts';
import { engage } from './engagement.ts';
import type { EngagementPlan } from './engagement.ts';
import { figuresAsOf, momentBetween } from './calendar.ts';
import { columns, floodColumn, floodSubjects } from './names.ts';
import type { Random } from './random.ts';
import { recentMoments } from './recent.ts';
import { nameOf } from './site.ts';
import type { Site } from './site.ts';
import type { Balance } from './openings.ts';

/** How a platform's followers spread over its channels; nobody follows a website. */
const followerWeights: Readonly<Partial<Record<Channel, number>>> = { WECHAT: 17, APP: 3 };

export function* mediaChannels(site: Site): Generator<MediaChannelRecord> {
  const random = site.random('followers');
  for (const { id, name, channel, total, share } of followerTotals(site)) {
    const asRecords = site.asRecords(total, site.figure('followers'));
    const follows = [
      ...Array.from({ length: asRecords }, () => follow(random)),
      ...recentFollows(site, random, share),
    ].toSorted((a, b) => a.at.getTime() - b.at.getTime());
    yield {
      type: 'MediaChannel',
      id: site.id(`channel-${id}`),
      platformCode: site.code,
      name,
      channel,
      followerCount: total - asRecords + follows.length,
      follows,
      updatedAt: follows.at(-1)?.at ?? followedFrom,
      simulated: false,
    };
  }
}

export function* articles(site: Site): Generator<ArticleRecord> {
  yield* publishedArticles(site);
  yield* recentArticles(site);
}

/** A channel's followers before scaling, and its share of those that come. */
interface FollowerTotal extends MediaChannelDefinition {
  readonly total: number;
  readonly share: number;
}

/** The platform's figure, or a few hundred, spread over its channels; the parts add up. */
export function followerTotals(site: Site): readonly FollowerTotal[] {
  const channels = site.platform.mediaChannels;
  const weights = channels.map(({ channel }) => followerWeights[channel] ?? 0);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const all = site.figure('followers') || 120 + site.platform.requestsPerDay * 30;
  let before = 0;
  return channels.map((channel, index) => {
    const share = sum === 0 ? 0 : (weights[index] ?? 0) / sum;
    const total = Math.round((before + share) * all) - Math.round(before * all);
    before += share;
    return { ...channel, share, total };
  });
}

const followedFrom = new Date('2015-01-01T00:00:00+08:00');

function follow(random: Random): FollowRecord {
  const at = momentBetween(random, followedFrom.getTime(), figuresAsOf.getTime());
  return { at: new Date(at), simulated: false };
}

function recentFollows(site: Site, random: Random, share: number): readonly FollowRecord[] {
  if (share === 0) return [];
  const moments = recentMoments(site, random, site.platform.requestsPerDay * 0.8 * share);
  return [...moments].map((moment) => ({ at: new Date(moment), simulated: true }));
}

/** What readers did to articles of one kind, together. */
interface Totals {
  readonly articles: number;
  readonly reads: number;
  readonly shares: number;
  readonly likes: number;
  readonly comments: number;
}

const articlesInStock = 24;
const articlesWithFigures = 160;
/** Of the reads and reposts of the flood reports, so many are reposts. */
const floodSharesOfEngagement = 0.12;

/** The flood reports' totals before scaling; all 0 where there is no such figure. */
export function floodTotals(site: Site): Totals {
  const engagement = site.figure('flood-reads-and-shares');
  const shares = Math.round(engagement * floodSharesOfEngagement);
  const comments = Math.round(site.figure('comments') * 0.2);
  return {
    articles: site.figure('flood-reports'),
    reads: engagement - shares,
    shares,
    likes: 0,
    comments,
  };
}

/** The other published articles' totals before scaling. */
export function otherTotals(site: Site): Totals {
  const reads = site.figure('reads');
  if (reads === 0)
    return { articles: articlesInStock, reads: 2400, shares: 190, likes: 240, comments: 96 };
  const flood = floodTotals(site);
  return {
    articles: articlesWithFigures,
    reads: reads - flood.reads,
    shares: 1800,
    likes: 2600,
    comments: site.figure('comments') - flood.comments,
  };
}

function* publishedArticles(site: Site): Generator<ArticleRecord> {
  const random = site.random('published articles');
  const flood = floodTotals(site);
  for (let n = 0; n < flood.articles; n++) {
    yield article(site, random, {
      local: `art-flood-${n + 1}`,
      column: floodColumn,
      subject: random.pick(floodSubjects),
      publishedAt: momentBetween(random, floodFrom, floodTo),
      until: figuresAsOf.getTime(),
      simulated: false,
      plan: shareOf(site, flood, n),
    });
  }
  const other = otherTotals(site);
  for (let n = 0; n < other.articles; n++) {
    const column = random.pick(Object.keys(columns));
    yield article(site, random, {
      local: `art-stock-${n + 1}`,
      column,
      subject: random.pick(columns[column] ?? []),
      publishedAt: momentBetween(random, publishedFrom, publishedTo),
      until: figuresAsOf.getTime(),
      simulated: false,
      plan: shareOf(site, other, n),
    });
  }
}

const floodFrom = Date.parse('2016-06-30T00:00:00+08:00');
const floodTo = Date.parse('2016-08-10T00:00:00+08:00');
const publishedFrom = Date.parse('2015-06-01T00:00:00+08:00');
const publishedTo = Date.parse('2016-08-15T00:00:00+08:00');

/** The n-th article's part of the totals, scaled; the parts add up to what becomes records. */
function shareOf(site: Site, totals: Totals, n: number): EngagementPlan {
  const part = (total: number, figure: number) => {
    const records = site.asRecords(total, figure);
    return (
      Math.floor(((n + 1) * records) / totals.articles) -
      Math.floor((n * records) / totals.articles)
    );
  };
  return {
    reads: part(totals.reads, site.figure('reads')),
    shares: part(totals.shares, site.figure('flood-reads-and-shares')),
    likes: part(totals.likes, totals.likes),
    comments: part(totals.comments, site.figure('comments')),
  };
}

/** A platform publishes about one article for every ten requests, and each finds its readers. */
function* recentArticles(site: Site): Generator<ArticleRecord> {
  const random = site.random('recent articles');
  let n = 0;
  for (const publishedAt of recentMoments(site, random, site.platform.requestsPerDay * 0.1 + 0.3)) {
    n += 1;
    const column = random.pick(Object.keys(columns));
    const reads = Math.round(18 + site.platform.requestsPerDay * 4 * random.next() ** 2);
    yield article(site, random, {
      local: `art-${n}`,
      column,
      subject: random.pick(columns[column] ?? []),
      publishedAt,
      until: site.now,
      simulated: true,
      plan: {
        reads,
        shares: Math.round(reads * random.between(0.02, 0.15)),
        likes: Math.round(reads * random.between(0.05, 0.2)),
        comments: Math.round(reads * random.between(0, 0.06)),
      },
    });
  }
}

interface ArticleDraft {
  readonly local: string;
  readonly column: string;
  readonly subject: string;
  readonly publishedAt: number;
  readonly until: number;
  readonly simulated: boolean;
  readonly plan: EngagementPlan;
}

function article(site: Site, random: Random, draft: ArticleDraft): ArticleRecord {
  const { publishedAt, until, plan, simulated } = draft;
  const place = random.pick(site.districts.length > 0 ? site.districts : [site.seat]);
  const engagement = engage(random, plan, {
    publishedAt,
    until,
    // Readers of the past are given in full; of recent articles some are still to come.
    complete: !simulated,
    channels: site.platform.mediaChannels.map((channel) => channel.channel),
    readers: 200 + Math.round(site.platform.requestsPerDay * 80),
  });
  return {
    type: 'Article',
    id: site.id(draft.local),
    platformCode: site.code,
    title: `${nameOf(place)}：${draft.subject}（演示）`,
    column: draft.column,
    summary: `演示文章，栏目“${draft.column}”。`,
    placeCode: place,
    organizationId: site.unionFor(place),
    publishedAt: new Date(publishedAt),
    ...engagement,
    updatedAt: new Date(publishedAt),
    simulated,
  };
}

/** Opening balances of the figures that count content. */
export function contentBalances(site: Site): readonly Balance[] {
  const flood = floodTotals(site);
  const other = otherTotals(site);
  const reads = {
    measure: 'onenet.article.read',
    kind: 'flow',
    figure: site.figure('reads'),
  } as const;
  const shares = {
    measure: 'onenet.article.shared',
    kind: 'flow',
    figure: site.figure('flood-reads-and-shares'),
  } as const;
  const comments = {
    measure: 'onenet.article.commented',
    kind: 'flow',
    figure: site.figure('comments'),
  } as const;
  return [
    { ...reads, total: flood.reads, category: floodColumn },
    { ...shares, total: flood.shares, category: floodColumn },
    { ...comments, total: flood.comments, category: floodColumn },
    { ...reads, total: other.reads },
    { ...shares, total: other.shares },
    { ...comments, total: other.comments },
    ...followerTotals(site).map(({ channel, total }) => ({
      measure: 'onenet.channel.followed' as const,
      kind: 'stock' as const,
      total,
      figure: site.figure('followers'),
      channel,
    })),
  ];
}
