/** The net's platforms as they stand below one another, and what each is looked at by. */
import { byCode, sorted } from './sorted.ts';

/** What of a platform decides where it stands. */
interface Standing {
  readonly code: string;
  readonly kind: string;
  readonly parent: { readonly code: string } | null;
}

/** How deep a platform stands; 0: under nobody. */
export interface TreeRow<T> {
  readonly platform: T;
  readonly depth: number;
}

/** Kinds in the order in which they stand below one platform. */
const kinds = ['PROVINCE', 'AID_CENTRE', 'CITY', 'COUNTY', 'ZONE', 'UNIVERSITY', 'ENTERPRISE'];

/** Each under the one above it, which precedes it; whose parent is not among them stands at the top. */
export function platformTree<T extends Standing>(platforms: readonly T[]): readonly TreeRow<T>[] {
  const known = new Set(platforms.map(({ code }) => code));
  const isTop = ({ code, parent }: T) =>
    parent === null || parent.code === code || !known.has(parent.code);
  const below = (of: readonly T[], depth: number): readonly TreeRow<T>[] =>
    sorted(of, byKind).flatMap((platform) => [
      { platform, depth },
      ...below(
        platforms.filter((one) => !isTop(one) && one.parent?.code === platform.code),
        depth + 1,
      ),
    ]);
  return below(platforms.filter(isTop), 0);
}

/** The way from the top to a platform, without itself. */
export function waysTo<T extends Standing>(platforms: readonly T[], code: string): readonly T[] {
  const byItsCode = new Map(platforms.map((platform) => [platform.code, platform]));
  const way: T[] = [];
  let above = byItsCode.get(code)?.parent?.code;
  // As long as somebody new stands above: a circle in the registry must not hang a page.
  while (above !== undefined && above !== code && !way.some((one) => one.code === above)) {
    const found = byItsCode.get(above);
    if (found === undefined) break;
    way.unshift(found);
    above = found.parent?.code;
  }
  return way;
}

/** By which figures a platform is looked at, by the modules that it offers; in reading order. */
const headlines: readonly (readonly [module: string, names: readonly string[]])[] = [
  ['requests', ['requestsBacklog', 'onTimeRate', 'requestsResolved']],
  ['members', ['signUps', 'members']],
  ['content', ['engagement']],
  ['cards', ['cardUses']],
  ['aid', ['aidAmount']],
];

export function headlinesOf(modules: readonly string[]): readonly string[] {
  return headlines.flatMap(([module, names]) => (modules.includes(module) ? names : []));
}

function byKind(a: Standing, b: Standing): number {
  return kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || byCode(a.code, b.code);
}
