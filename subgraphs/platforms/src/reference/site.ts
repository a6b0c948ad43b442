/** What the generator knows of one platform: its places, its unions' ids, its figures, its seeds. */
import type { EventTypeName } from '@onenet/contract';
import type { PlatformDefinition } from '../definition.ts';
import { divisionChildren, divisionLevels, divisionPath, divisions } from '../divisions.ts';
import { platformByCode, platforms } from '../platforms.ts';
import { Random } from './random.ts';

export interface ReferenceOptions {
  /** Share of the large figures that becomes records, above 0, at most 1; the rest is opening balances. */
  readonly scale: number;
  /** Nothing happens after this. */
  readonly now: Date;
}

/** Figures up to this are records at any scale. */
const recordsUpTo = 20_000;

export class Site {
  readonly platform: PlatformDefinition;
  readonly code: string;
  readonly scale: number;
  readonly now: number;
  /** The communities that are this platform's own: not those that a platform below it serves. */
  readonly communities: readonly string[];
  /** The counties, or a direct city's or county's townships, that have a union in this platform. */
  readonly districts: readonly string[];

  constructor(platform: PlatformDefinition, { scale, now }: ReferenceOptions) {
    if (!(scale > 0 && scale <= 1)) {
      throw new RangeError(`scale is ${scale}, and must be above 0 and at most 1.`);
    }
    this.platform = platform;
    this.code = platform.code;
    this.scale = scale;
    this.now = now.getTime();
    this.communities = ownCommunities(platform);
    this.districts = ownDistricts(platform);
  }

  /** A sequence of its own for each purpose, so that a change in one leaves the others alone. */
  random(purpose: string): Random {
    return new Random(`${this.code} ${purpose}`);
  }

  id(local: string): string {
    return `${this.code}:${local}`;
  }

  /** The total that the figure with this key is to have; 0 when the platform publishes no such figure. */
  figure(key: string): number {
    const figure = this.platform.publishedFigures.find((each) => each.key === key);
    return figure?.demo?.total ?? 0;
  }

  /**
   * How much of a total becomes records; the rest is an opening balance.
   * `figure`: the whole that the total is a part of.
   */
  asRecords(total: number, figure = total): number {
    return figure <= recordsUpTo ? total : Math.round(total * this.scale);
  }

  /** Whether a published figure counts these events, so that nothing else may add to them. */
  counts(measure: EventTypeName, category: string | null = null): boolean {
    return this.platform.publishedFigures.some((figure) =>
      figure.demo?.counts.some(
        (count) =>
          count.measure === measure && (count.category === null || count.category === category),
      ),
    );
  }

  /** Id of the union at the top of the platform. */
  get rootUnion(): string {
    return rootUnionOf(this.code);
  }

  /** Id of the union at the top of the platform above; null for the province. */
  get unionAbove(): string | null {
    return this.platform.parent === null ? null : rootUnionOf(this.platform.parent);
  }

  /** Where the platform's own seat is: the first division that it serves. */
  get seat(): string {
    const [seat] = this.platform.serves;
    if (seat === undefined) throw new Error(`Platform ${this.code} serves nothing.`);
    return seat;
  }

  /** Id of the union that handles requests from a place: its district's, or else the platform's. */
  unionFor(place: string): string {
    const district = this.districts.find((code) => divisionPath(place).includes(code));
    return district === undefined ? this.rootUnion : this.id(`org-${district}`);
  }

  /** The community that the n-th thing of a kind is in: spread over all, the same every time. */
  communityOf(n: number): string {
    // A prime step walks through all communities before it comes back to one.
    const code = this.communities[(n * 7919) % this.communities.length];
    if (code === undefined) throw new Error(`Platform ${this.code} has no community.`);
    return code;
  }
}

/** The level of a division, from 1 (province) to 5 (community). */
export function levelOf(code: string): number {
  const division = divisions.get(code);
  if (!division) throw new Error(`There is no division ${code}.`);
  return divisionLevels.indexOf(division.level) + 1;
}

export function nameOf(code: string): string {
  return divisions.get(code)?.name ?? code;
}

/** The county, or direct city, of a division. */
export function countyOf(code: string): string {
  const path = divisionPath(code);
  return path.find((each) => levelOf(each) === 3) ?? path[1] ?? code;
}

function rootUnionOf(code: string): string {
  return `${code}:org-root`;
}

function ownDistricts({ code, kind, serves }: PlatformDefinition): readonly string[] {
  if (kind !== 'CITY' && kind !== 'COUNTY') return [];
  const taken = platformsBelow(code).flatMap((below) => below.serves);
  return serves
    .flatMap((place) => divisionChildren(place).map((division) => division.code))
    .filter((district) => !taken.includes(district));
}

/** County platforms: what they serve is theirs, and not that of the city above. */
function platformsBelow(code: string): readonly PlatformDefinition[] {
  return platforms.filter(({ kind, parent }) => parent === code && kind === 'COUNTY');
}

function ownCommunities(platform: PlatformDefinition): readonly string[] {
  const taken = new Set(
    platforms
      .filter(({ kind, parent }) => kind === 'COUNTY' && isBelow(parent, platform.code))
      .flatMap((below) => below.serves),
  );
  return platform.serves.flatMap((place) => communitiesOf(place, taken));
}

function communitiesOf(place: string, taken: ReadonlySet<string>): readonly string[] {
  if (taken.has(place)) return [];
  if (levelOf(place) === 5) return [place];
  return divisionChildren(place).flatMap((child) => communitiesOf(child.code, taken));
}

/** Whether the chain of parents from `code` leads to `above`, itself included. */
function isBelow(code: string | null, above: string): boolean {
  if (code === null) return false;
  return code === above || isBelow(platformByCode(code)?.parent ?? null, above);
}
