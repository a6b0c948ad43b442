/** The rows that the canned owners hold, and the check that an answer has every one of them. */
import { encodeOwnerCursor } from '@onenet/contract';
import { cities, rowsPerOwner } from './codes.ts';

/** The edges of one owner's list, newest first. */
export function edgesOf(code: string) {
  return Array.from({ length: rowsPerOwner }, (_, n) => edgeOf(code, n));
}

function edgeOf(code: string, n: number) {
  // Owners interleave, so that the merge has something to do.
  const submittedAt = 1_700_000_000_000 - n * 1_000_000 - cities.indexOf(code) * 1000;
  const id = `${code}:R-${String(n).padStart(6, '0')}`;
  const iso = (offset: number) => new Date(submittedAt + offset).toISOString();
  return {
    cursor: encodeOwnerCursor({ order: 'SUBMITTED_AT', direction: 'DESC', key: submittedAt, id }),
    node: {
      id,
      title: `演示：工资拖欠求助，第 ${n} 件`,
      category: 'WAGES',
      channel: 'WECHAT',
      status: 'RESOLVED',
      placeCode: code,
      submittedAt: iso(0),
      updatedAt: iso(1000),
      organizationId: `${code}:O-1`,
      dueAt: iso(86_400_000),
      resolvedAt: iso(3_600_000),
      overdue: false,
      handler: '演示窗口',
      supervised: false,
      reopenedCount: 0,
      rating: 5,
      maskedApplicantName: '演**',
    },
  };
}

const expected = cities
  .flatMap((code) => edgesOf(code).map(({ node }) => JSON.stringify(node)))
  .toSorted();

/** Throws unless the answer holds each row of each owner once, value by value, and no error. */
export function checkWhole(body: string): void {
  const found: string[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('node' in value) found.push(JSON.stringify(value.node));
    else Object.values(value).forEach(look);
  };
  const answer = JSON.parse(body) as { errors?: unknown };
  look(answer);
  const isWhole = found.toSorted().join('\n') === expected.join('\n');
  if (isWhole && answer.errors === undefined) return;
  throw new Error(`${found.length} rows of ${expected.length}: ${body.slice(0, 1000)}`);
}
