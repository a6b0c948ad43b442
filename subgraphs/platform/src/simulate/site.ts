/** What an activity works with: a platform, chance, and people, places and records to choose from. */
import type { ActorKind } from '@onenet/contract';
import { divisionPath, divisions } from '@onenet/platforms';
import type { Filter } from 'mongodb';
import type { Agency } from '../command.ts';
import type { Platform } from '../context.ts';
import { everything, listIndex, type ListedRow } from '../rows.ts';
import type { Random } from './random.ts';

/** People of one platform. Their references begin with `sim-`: they are nobody's. */
const people = 4_000;

/** Days back in which records are looked for: older ones are history. */
const recentDays = 60;

/** How long a list of records to choose from is kept, in milliseconds. */
const refreshMs = 60_000;

export class Site {
  readonly platform: Platform;
  readonly random: Random;
  #places: readonly string[] | undefined;
  readonly #lists = new Map<string, { readonly until: number; readonly ids: readonly string[] }>();

  constructor(platform: Platform, random: Random) {
    this.platform = platform;
    this.random = random;
  }

  get code(): string {
    return this.platform.definition.code;
  }

  /** Someone who acts: `known`, or anybody of a kind. */
  agency(kind: ActorKind, known?: string): Agency {
    const anybody =
      kind === 'WORKER' ? `sim-${this.random.below(people)}` : `sim-${kind.toLowerCase()}`;
    const reference = known ?? anybody;
    const by = this.platform.definition.code;
    return { platform: this.platform, actor: { kind, reference }, by, simulated: true };
  }

  /** A community, or the smallest division, that the platform serves. */
  place(): string {
    this.#places ??= servedCommunities(this.platform);
    return this.random.pick(this.#places) ?? this.platform.definition.serves[0] ?? '';
  }

  /** A recent simulated record that is so, the oldest ones rather than the newest. */
  async recent<Doc extends ListedRow>(
    collection: string,
    field: string,
    where: Filter<Doc>,
    facet = everything,
  ): Promise<string | undefined> {
    const since = new Date(Date.now() - recentDays * 86_400_000);
    const found = await this.platform.db
      .collection<Doc>(collection)
      .find({ ...where, simulated: true, facets: facet, [field]: { $gte: since } } as Filter<Doc>, {
        projection: { _id: 1 },
        hint: listIndex(field),
        sort: { [field]: 1, _id: 1 },
        limit: 40,
      })
      .toArray();
    return this.random.pickEarly(found)?._id;
  }

  /** The ids of a collection's first records in an order; looked up again from time to time. */
  async ids(
    collection: string,
    find: { readonly filter: Filter<ListedRow>; readonly sort: Record<string, 1 | -1> },
  ): Promise<readonly string[]> {
    const known = this.#lists.get(collection);
    if (known && known.until > Date.now()) return known.ids;
    const ids = await this.platform.db
      .collection<ListedRow>(collection)
      .find(find.filter, { projection: { _id: 1 }, sort: find.sort, limit: 100 })
      .map(({ _id }) => _id)
      .toArray();
    // Nothing to choose from yet is not remembered: there may be something the next moment.
    if (ids.length > 0) this.#lists.set(collection, { until: Date.now() + refreshMs, ids });
    return ids;
  }
}

function servedCommunities({ definition }: Platform): readonly string[] {
  const served = new Set(definition.serves);
  return [...divisions.values()]
    .filter(({ level }) => level === 'COMMUNITY' || level === 'TOWNSHIP')
    .map(({ code }) => code)
    .filter((code) => divisionPath(code).some((above) => served.has(above)));
}
