/** What the pages of an export come to: how complete its rows are so far, page after page, stream after stream. */
import { errorCodes, isNetErrorCode } from '@onenet/contract';
import type { GraphQLFormattedError } from 'graphql';
import type { Absence, GatheredReport, PartialPage } from '../context.ts';
import type { Completeness, Progress, RowError } from './job.ts';

/** Different things that are told of rows: a few fields, times the owners. */
const mostTold = 200;

/** The completeness with one page more; `isWhole`: everybody in scope was to be asked, and not those alone who failed before. */
export function withPage(
  before: Completeness | null,
  page: GatheredReport,
  isWhole = true,
): Completeness {
  const known = before ?? { asked: 0, notAsked: [], missing: [], partial: [] };
  const reasons = new Map(known.missing.map(({ platform, reason }) => [platform, reason]));
  const missing = page.missing.map(({ platform, reason }) => ({
    platform,
    // Why it was not asked again is why it failed before.
    reason: (reason === 'HELD_BACK' && reasons.get(platform)) || reason,
  }));
  // Not owed: no later page brings what an owner does not offer, and a walk that resumes does not name it.
  const lasting = known.missing.filter(({ reason }) => reason === 'NOT_OFFERED');
  return {
    asked: Math.max(known.asked, page.asked),
    notAsked: byPlatform([...known.notAsked, ...page.notAsked]),
    missing: byPlatform([...lasting, ...missing]),
    partial: each(
      [...known.partial, ...page.partial, ...partOfRows(before, page, isWhole)],
      partialKey,
    ),
  };
}

/** Owners that were asked for some pages and not for others, such as one whose grant ended or began on the way: the rest of their rows comes with no later page. */
function partOfRows(
  before: Completeness | null,
  page: GatheredReport,
  isWhole: boolean,
): readonly PartialPage[] {
  if (!before) return [];
  const changed = [
    ...without(page.notAsked, before.notAsked),
    ...(isWhole ? without(before.notAsked, page.notAsked) : []),
  ];
  return changed.map(({ platform, reason }) => ({ platform, path: [], code: reason }));
}

function without(absences: readonly Absence[], others: readonly Absence[]): readonly Absence[] {
  const known = new Set(others.map(({ platform }) => platform));
  return absences.filter(({ platform }) => !known.has(platform));
}

/** The errors in rows with those of one page more. */
export function withErrors(
  before: readonly RowError[],
  errors: readonly GraphQLFormattedError[],
): readonly RowError[] {
  const told = errors.map(({ path = [], extensions }) => ({
    code: String(extensions?.['code']),
    path: path.map((step) => (typeof step === 'number' ? '@' : step)).join('.'),
  }));
  return each([...before, ...told], ({ code, path }) => `${code} ${path}`);
}

/** Whether every owner that may be asked is in the rows, with all that it has. */
export function isComplete({ completeness, errors }: Progress): boolean {
  const isLost = ({ code }: RowError): boolean =>
    isNetErrorCode(code) && errorCodes[code].fault !== 'caller';
  return (
    completeness !== null &&
    completeness.missing.length === 0 &&
    completeness.partial.length === 0 &&
    !errors.some(isLost)
  );
}

/** One entry a platform, by its last reason. */
function byPlatform(absences: readonly Absence[]): readonly Absence[] {
  return [...new Map(absences.map((absence) => [absence.platform, absence])).values()];
}

function partialKey({ platform, path, code }: PartialPage): string {
  return `${platform} ${path.join('.')} ${code}`;
}

function each<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  const first = new Map<string, T>();
  for (const item of items) if (!first.has(keyOf(item))) first.set(keyOf(item), item);
  return [...first.values()].slice(0, mostTold);
}
