/** Opening balances: what the large figures hold beyond their records. None at scale 1. */
import type { EventTypeName } from '@onenet/contract';
import type { Channel, OpeningRecord } from '../records.ts';
import { figuresAsOf } from './calendar.ts';
import { floodTotals, followerTotals, otherTotals } from './content.ts';
import { floodColumn } from './names.ts';
import type { Site } from './site.ts';

interface Balance {
  readonly measure: EventTypeName;
  readonly kind: OpeningRecord['kind'];
  /** Before scaling. */
  readonly total: number;
  /** The whole that the total is a part of. */
  readonly figure: number;
  readonly category?: string;
  readonly channel?: Channel;
}

export function* openings(site: Site): Generator<OpeningRecord> {
  let n = 0;
  for (const { measure, kind, total, figure, category, channel } of balances(site)) {
    const value = total - site.asRecords(total, figure);
    if (value === 0) continue;
    n += 1;
    yield {
      type: 'Opening',
      id: site.id(`opening-${n}`),
      platformCode: site.code,
      measure,
      kind,
      value,
      asOf: figuresAsOf,
      placeCode: site.seat,
      category: category ?? null,
      channel: channel ?? null,
    };
  }
}

function balances(site: Site): readonly Balance[] {
  return [
    ...requestBalances(site),
    ...memberBalances(site),
    ...(site.platform.modules.includes('content') ? contentBalances(site) : []),
  ];
}

/** What was resolved had been submitted: with one balance alone the backlog would be negative. */
function requestBalances(site: Site): readonly Balance[] {
  const total = site.figure('service-person-times');
  const balance = { kind: 'flow', total, figure: total, category: 'SERVICE' } as const;
  return [
    { measure: 'onenet.request.submitted', ...balance },
    { measure: 'onenet.request.resolved', ...balance },
  ];
}

function memberBalances(site: Site): readonly Balance[] {
  const total = site.figure('joined-on-line') + site.figure('worker-records');
  return [
    { measure: 'onenet.member.applied', kind: 'flow', total, figure: total },
    { measure: 'onenet.member.accepted', kind: 'stock', total, figure: total },
  ];
}

function contentBalances(site: Site): readonly Balance[] {
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
