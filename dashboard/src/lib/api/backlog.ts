/** How old open requests are: counts by when they were submitted, over the owners' records. */
import { ask, type Answer } from './client.ts';
import type { Asked } from './metrics.ts';
import { completeness, type Page } from './records.ts';
import { list, nullable, number, object, text } from './read.ts';

/** Days since submission: at or above, and below; the last has no end. */
export const ages = [
  { fromDays: 0, toDays: 3 },
  { fromDays: 3, toDays: 10 },
  { fromDays: 10, toDays: 30 },
  { fromDays: 30, toDays: 90 },
  { fromDays: 90, toDays: null },
] as const;

const open = ['SUBMITTED', 'VERIFIED', 'DISPATCHED', 'ACCEPTED'];
const dayMs = 86_400_000;

const counted = object({ totalCount: nullable(number), knownCount: nullable(number) });
const oldest = object({ id: text, title: text, platformCode: text, submittedAt: text });
const whole = object({
  edges: list(object({ node: oldest })),
  totalCount: nullable(number),
  knownCount: nullable(number),
  completeness: nullable(completeness),
});

export interface BacklogAges {
  /** In the order of {@link ages}; what is known, where an owner is missing. */
  readonly counts: readonly (number | null)[];
  readonly oldest: {
    readonly id: string;
    readonly title: string;
    readonly platformCode: string;
    readonly submittedAt: string;
  } | null;
  /** All of them, with who answered. */
  readonly whole: Page<unknown>;
}

/** As of now, whatever the period: an age is not one of the past. */
export async function askBacklogAges(
  { platforms, place, categories, channels }: Asked,
  now: number,
  signal: AbortSignal,
): Promise<Answer<BacklogAges>> {
  const scope = {
    statuses: open,
    ...(platforms && { platforms }),
    ...(place !== undefined && { place }),
    ...(categories && { categories }),
    ...(channels && { channels }),
  };
  const before = (days: number) => new Date(now - days * dayMs).toISOString();
  const filters = Object.fromEntries(
    ages.map(({ fromDays, toDays }, index) => [
      `filter${index}`,
      {
        ...scope,
        ...(fromDays > 0 && { submittedTo: before(fromDays) }),
        ...(toDays !== null && { submittedFrom: before(toDays) }),
      },
    ]),
  );
  const names = Object.keys(filters);
  const document = `
    query BacklogAges($all: ServiceRequestFilter, ${names.map((name) => `$${name}: ServiceRequestFilter`).join(', ')}) {
      whole: serviceRequests(filter: $all, first: 1, orderBy: { field: SUBMITTED_AT, direction: ASC }) {
        edges { node { id title platformCode submittedAt } }
        totalCount knownCount
        completeness { asked answered notAsked { platform reason } missing { platform reason } asOf }
      }
      ${names.map((name, index) => `age${index}: serviceRequests(filter: $${name}, first: 1) { totalCount knownCount }`).join('\n')}
    }
  `;
  const shape = object({
    whole,
    ...Object.fromEntries(names.map((_name, index) => [`age${index}`, counted])),
  });
  const answer = await ask(document, { all: scope, ...filters }, shape, signal);
  const counts = names.map((_name, index) => {
    const age = counted(Reflect.get(answer.data, `age${index}`), `age${index}`);
    return age.totalCount ?? age.knownCount;
  });
  const { edges, ...page } = answer.data.whole;
  return {
    ...answer,
    data: {
      counts,
      oldest: edges[0]?.node ?? null,
      whole: { ...page, rows: [], endCursor: null, hasNextPage: false },
    },
  };
}
