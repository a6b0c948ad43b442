/** Records of a few owners in memory, made up by a seeded generator: equal keys, astral characters, foreign places. */
import { encodeOwnerCursor, type Direction, type SortKey } from '@onenet/contract';

/** A record with the contract's field names. */
export type MemoryRecord = Readonly<Record<string, unknown>> & {
  readonly __typename: string;
  readonly id: string;
};

const titles = ['演示：工资', '演示：工资', '𠮷田演示', '～演示', 'Z', '社保', '吴'];

/** `count` requests, organizations and members of one owner. */
export function memoryRecords(
  code: string,
  places: readonly string[],
  count: number,
  seed = 1,
): MemoryRecord[] {
  let state = seed * 2_654_435_761 + Number.parseInt(code, 36);
  const random = (below: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393) >>> 0;
    return state % below;
  };
  const pick = <T>(from: readonly T[]): T | undefined => from[random(from.length)];
  // Finer than the key, which is a millisecond: of two times with one key the id decides, not the rest.
  const time = (): string => {
    const inChina = new Date(1_700_000_000_000 + random(20) * 60_000 + 8 * 3_600_000).toISOString();
    return `${inChina.slice(0, -1)}${String(random(1000)).padStart(3, '0')}+08:00`;
  };
  return Array.from({ length: count }, (_, i): MemoryRecord[] => [
    {
      __typename: 'ServiceRequest',
      id: `${code}:R-${i}`,
      platformCode: code,
      title: pick(titles),
      category: pick(['WAGES', 'LEGAL']),
      channel: 'WECHAT',
      status: i % 11 === 10 ? 'TRANSFERRED' : 'SUBMITTED',
      placeCode: pick(places),
      submittedAt: time(),
      updatedAt: time(),
      organizationId: `${code}:O-${i}`,
      transferredToId: i % 11 === 10 ? '420500:R-1' : null,
      reopenedCount: random(3),
      history: [
        {
          __typename: 'RequestStatusStep',
          at: time(),
          actorKind: 'WORKER',
          from: null,
          to: 'SUBMITTED',
        },
        { __typename: 'RequestFeedbackStep', at: time(), actorKind: 'OFFICER', text: null },
        { __typename: 'RequestRatingStep', at: time(), actorKind: 'WORKER', rating: 5 },
      ],
    },
    {
      __typename: 'Organization',
      id: `${code}:O-${i}`,
      platformCode: code,
      name: `${pick(titles) ?? ''}${i}`,
      kind: 'UNION',
      level: 3,
      placeCode: pick(places),
      parentId: i === 0 ? null : '420000:O-0',
      foundedAt: time(),
      updatedAt: time(),
    },
    {
      __typename: 'Member',
      id: `${code}:M-${i}`,
      platformCode: code,
      appliedAt: time(),
      updatedAt: time(),
      status: 'ACTIVE',
      placeCode: pick(places),
      organizationId: `${code}:O-${i % 3}`,
    },
  ]).flat();
}

/** Paging arguments and order of a list, as an owner gets them. */
export interface ListArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
  readonly orderBy?: { readonly field: string; readonly direction: Direction } | null;
}

/** What a row sorts by: a time as milliseconds. */
export function sortKey(row: MemoryRecord, path: string): SortKey {
  const value = row[path];
  if (typeof value === 'number') return value;
  const text = String(value);
  return path.endsWith('At') ? Date.parse(text) : text;
}

/** Code points as plain arrays, so that this order owes nothing to the product's. */
function points(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

/** Compares as written: by key, then by id. */
export function compareRows(
  a: { readonly key: SortKey; readonly id: string },
  b: { readonly key: SortKey; readonly id: string },
  direction: Direction,
): number {
  const order = compareAny(a.key, b.key) || compareAny(a.id, b.id);
  return direction === 'ASC' ? order : -order;
}

function compareAny(a: SortKey, b: SortKey): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [x, y] = [points(String(a)), points(String(b))];
  const at = x.findIndex((point, i) => point !== y[i]);
  if (at === -1) return x.length - y.length;
  return at >= y.length ? 1 : (x[at] ?? 0) - (y[at] ?? 0);
}

/** One page of an owner's list, by the contract's rules. */
export function pageOf(
  rows: readonly MemoryRecord[],
  args: ListArguments,
  order: { readonly field: string; readonly direction: Direction; readonly path: string },
): Readonly<Record<string, unknown>> {
  const { direction, path, field } = order;
  const placed = rows.map((row) => ({ row, key: sortKey(row, path), id: row.id }));
  const sorted = placed.toSorted((a, b) => compareRows(a, b, direction));
  const backward = args.last != null || args.before != null;
  const size = (backward ? args.last : args.first) ?? 20;
  const cursor = backward ? args.before : args.after;
  const parts: unknown = cursor
    ? JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    : undefined;
  const from = Array.isArray(parts)
    ? { key: parts[3] as SortKey, id: String(parts[4]) }
    : undefined;
  const beyond = sorted.filter((row) => {
    if (!from) return true;
    const side = compareRows(row, from, direction);
    return backward ? side < 0 : side > 0;
  });
  const page = backward ? beyond.slice(-size) : beyond.slice(0, size);
  return {
    edges: page.map(({ row, key, id }) => ({
      node: row,
      cursor: encodeOwnerCursor({ order: field, direction, key, id }),
    })),
    pageInfo: {
      hasNextPage: backward ? beyond.length < sorted.length : beyond.length > size,
      hasPreviousPage: backward ? beyond.length > size : beyond.length < sorted.length,
      startCursor: null,
      endCursor: null,
    },
    totalCount: rows.length,
  };
}
