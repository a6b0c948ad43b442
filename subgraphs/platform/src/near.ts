/** Lists by distance from a point: read in rings from a 2dsphere index, in the order (whole metres, id). */
import {
  compareCodePoints,
  haversineMetres,
  type Direction,
  type Position,
} from '@onenet/contract';
import type { Collection, Db, Filter } from 'mongodb';
import { publicProjection } from './loaders.ts';
import type { ListOrder } from './order.ts';
import { maxReadMs, type ListedRow, type Rows, type Selection } from './rows.ts';

/** A point and the distance around it. */
export interface Near {
  /** WGS 84, degrees. */
  readonly latitude: number;
  readonly longitude: number;
  readonly withinMetres: number;
}

/** A record with a position: GeoJSON, longitude first. */
export interface PlacedRow extends ListedRow {
  readonly location: { readonly type: 'Point'; readonly coordinates: readonly [number, number] };
  /** Whole metres from `near`; not stored. */
  readonly distanceMetres?: number;
}

/** Metres by which the index's own distance may differ from the rounded one. */
const slack = 1;

/** Whole metres from a point to a record. */
export function metresFrom(near: Near, row: PlacedRow): number {
  const [longitude, latitude] = row.location.coordinates;
  return haversineMetres(near, { latitude, longitude });
}

/** What the index can say of `near`; the exact test is `metresFrom(…) <= withinMetres`. */
export function around(near: Near, metres: number): Filter<PlacedRow> {
  const radians = (metres + slack) / 6_378_100;
  return {
    location: {
      $geoWithin: { $centerSphere: [[near.longitude, near.latitude], radians] },
    },
  };
}

/** Stations, or what else has a position, by distance. */
export class DistanceRows<Doc extends PlacedRow> implements Rows<Doc> {
  readonly order: ListOrder;
  readonly #near: Near;
  readonly #selection: Selection<Doc>;
  readonly #collection: Collection<Doc>;

  constructor(db: Db, selection: Selection<Doc>, near: Near) {
    this.order = selection.order;
    this.#near = near;
    this.#selection = selection;
    this.#collection = db.collection<Doc>(selection.collection);
  }

  async read(
    from: Position | undefined,
    direction: Direction,
    limit: number,
    inclusive = false,
  ): Promise<readonly Doc[]> {
    const best = new BestRows<Doc>(limit, direction, from && { ...from, inclusive });
    const at = Number(from?.key ?? (direction === 'ASC' ? 0 : this.#near.withinMetres));
    if (direction === 'ASC') {
      await this.#collect(at, this.#near.withinMetres, best);
      return best.rows();
    }
    // The index only runs outwards: rings of half the remaining area, from the outside in.
    for (let outer = Math.min(at, this.#near.withinMetres); outer >= 0;) {
      const inner = outer < 16 ? 0 : Math.ceil(outer / Math.SQRT2);
      await this.#collect(inner, outer, best);
      if (best.isFull) break;
      outer = inner - 1;
    }
    return best.rows();
  }

  async count(): Promise<number> {
    const rows = this.#collection.find(
      { $and: [this.#filter(), around(this.#near, this.#near.withinMetres)] } as Filter<Doc>,
      { projection: { location: 1 }, maxTimeMS: maxReadMs },
    );
    let count = 0;
    for await (const row of rows) {
      if (metresFrom(this.#near, row as Doc) <= this.#near.withinMetres) count++;
    }
    return count;
  }

  positionOf(row: Doc): Position {
    return { key: row.distanceMetres ?? metresFrom(this.#near, row), id: row._id };
  }

  /** Reads a ring of whole metres, both ends included, outwards; stops when no better row can come. */
  async #collect(fromMetres: number, toMetres: number, best: BestRows<Doc>): Promise<void> {
    const { longitude, latitude } = this.#near;
    const ring = this.#collection.find(
      {
        ...this.#filter(),
        location: {
          $nearSphere: {
            $geometry: { type: 'Point', coordinates: [longitude, latitude] },
            $minDistance: Math.max(0, fromMetres - slack),
            $maxDistance: toMetres + slack,
          },
        },
      } as Filter<Doc>,
      { projection: publicProjection, maxTimeMS: maxReadMs },
    );
    for await (const found of ring) {
      const row = found as Doc;
      const metres = metresFrom(this.#near, row);
      if (metres > toMetres + 2 * slack || best.isBeyond(metres - 2 * slack)) break;
      if (metres >= fromMetres && metres <= toMetres) {
        best.offer({ ...row, distanceMetres: metres });
      }
    }
  }

  #filter(): Filter<Doc> {
    const { facets, where } = this.#selection;
    return { ...where, facets: { $all: facets } };
  }
}

/** Keeps the `limit` rows that come first after a position: memory for one page, however many are equally far. */
class BestRows<Doc extends PlacedRow> {
  readonly #limit: number;
  readonly #sign: 1 | -1;
  readonly #from: (Position & { readonly inclusive: boolean }) | undefined;
  readonly #rows: Doc[] = [];

  constructor(
    limit: number,
    direction: Direction,
    from: (Position & { readonly inclusive: boolean }) | undefined,
  ) {
    this.#limit = limit;
    this.#sign = direction === 'ASC' ? 1 : -1;
    this.#from = from;
  }

  get isFull(): boolean {
    return this.#rows.length === this.#limit;
  }

  rows(): readonly Doc[] {
    return this.#rows;
  }

  /** Whether a row this far or farther comes after all that are kept. */
  isBeyond(metres: number): boolean {
    const last = this.#rows.at(-1)?.distanceMetres;
    return this.#sign === 1 && this.isFull && last !== undefined && metres > last;
  }

  offer(row: Doc): void {
    if (this.#from) {
      const order = this.#compare(row, {
        distanceMetres: Number(this.#from.key),
        _id: this.#from.id,
      });
      if (order < 0 || (order === 0 && !this.#from.inclusive)) return;
    }
    const last = this.#rows.at(-1);
    if (this.isFull && last && this.#compare(row, last) >= 0) return;
    let index = this.#rows.length;
    for (let before = this.#rows[index - 1]; before; before = this.#rows[index - 1]) {
      if (this.#compare(before, row) <= 0) break;
      index--;
    }
    this.#rows.splice(index, 0, row);
    if (this.#rows.length > this.#limit) this.#rows.pop();
  }

  #compare(
    a: { readonly distanceMetres?: number; readonly _id: string },
    b: { readonly distanceMetres?: number; readonly _id: string },
  ): number {
    const metres = (a.distanceMetres ?? 0) - (b.distanceMetres ?? 0);
    return this.#sign * (metres || compareCodePoints(a._id, b._id));
  }
}
