/** Who reads what from whom: what each client was given by each platform, as one table. */
import type { AccessSummary } from './api/access-records.ts';
import { byCode, sorted } from './sorted.ts';

export interface ReadCell {
  readonly requests: number;
  readonly rows: number;
}

export interface Reads {
  /** Clients, who read most first. */
  readonly clients: readonly string[];
  /** Platforms, by code. */
  readonly platforms: readonly string[];
  /** Null: nothing was read. */
  cell(client: string, platform: string): ReadCell | null;
  total(client: string): ReadCell;
}

/** Days are added up. */
export function readsOf(summary: readonly AccessSummary[]): Reads {
  const cells = new Map<string, ReadCell>();
  const totals = new Map<string, ReadCell>();
  for (const { client, platform, requests, rows } of summary) {
    add(cells, keyOf(client, platform), requests, rows);
    add(totals, client, requests, rows);
  }
  const platforms = [...new Set(summary.map(({ platform }) => platform))];
  const none = { requests: 0, rows: 0 };
  return {
    clients: sorted(
      [...totals.keys()],
      (a, b) =>
        (totals.get(b) ?? none).rows - (totals.get(a) ?? none).rows ||
        (totals.get(b) ?? none).requests - (totals.get(a) ?? none).requests ||
        byCode(a, b),
    ),
    platforms: sorted(platforms, byCode),
    cell: (client, platform) => cells.get(keyOf(client, platform)) ?? null,
    total: (client) => totals.get(client) ?? none,
  };
}

function add(to: Map<string, ReadCell>, key: string, requests: number, rows: number): void {
  const before = to.get(key) ?? { requests: 0, rows: 0 };
  to.set(key, { requests: before.requests + requests, rows: before.rows + rows });
}

function keyOf(client: string, platform: string): string {
  return JSON.stringify([client, platform]);
}
