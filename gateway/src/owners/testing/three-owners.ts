/** Three owners behind a gateway, and a fourth that is not connected: what most tests of the fan-out need. */
import type { NetOwner } from '@onenet/contract';
import { expect } from 'vitest';
import { compareRows, memoryRecords, sortKey, type MemoryRecord } from './memory-data.ts';
import { netOwner, startMemoryNet, type Answer, type MemoryNet } from './memory-net.ts';
import { startMemoryOwner, type MemoryOwner } from './memory-owner.ts';

/** A running net; `WISCO` offers the core profile only. */
export interface ThreeOwners extends AsyncDisposable {
  readonly wuhan: MemoryOwner;
  readonly yichang: MemoryOwner;
  readonly wisco: MemoryOwner;
  readonly net: MemoryNet;
  /** Everybody well again, and nothing seen. */
  reset(): void;
}

/** Starts them; `now` is the clock of their budgets. */
export async function startThreeOwners(now?: () => number): Promise<ThreeOwners> {
  const wuhan = await startMemoryOwner('420100', memoryRecords('420100', ['420102', '420106'], 30));
  const yichang = await startMemoryOwner(
    '420500',
    memoryRecords('420500', ['420502', '420581'], 30),
  );
  const wisco = await startMemoryOwner('WISCO', memoryRecords('WISCO', ['420107'], 12), [
    'core',
    'organizations',
    'requests',
  ]);
  const owners = [wuhan, yichang, wisco];
  const all: readonly NetOwner[] = [
    netOwner(wuhan, ['420100']),
    netOwner(yichang, ['420500']),
    netOwner(wisco, ['420107']),
    { ...netOwner(wisco, ['422800']), code: '422800', connection: 'REGISTERED' },
  ];
  const net = await startMemoryNet(all, [], now);
  return {
    wuhan,
    yichang,
    wisco,
    net,
    reset() {
      for (const owner of owners) {
        owner.fault = undefined;
        owner.seen.length = 0;
      }
    },
    async [Symbol.asyncDispose]() {
      await net[Symbol.asyncDispose]();
      for (const owner of owners) await owner[Symbol.asyncDispose]();
    },
  };
}

/** The requests that stand in these owners' lists. */
export function requests(...owners: readonly MemoryOwner[]): MemoryRecord[] {
  return owners
    .flatMap((owner) => owner.records)
    .filter((row) => row['__typename'] === 'ServiceRequest' && row['status'] !== 'TRANSFERRED');
}

/** Their ids, in the order that is asked for. */
export function inOrder(
  rows: readonly MemoryRecord[],
  field: string,
  direction: 'ASC' | 'DESC',
): string[] {
  return rows
    .map((row) => ({ key: sortKey(row, field), id: row.id }))
    .toSorted((a, b) => compareRows(a, b, direction))
    .map((row) => row.id);
}

/** A gathered list, as `whole` selects it. */
export interface Connection {
  readonly edges: readonly { readonly cursor?: string; readonly node: { readonly id: string } }[];
  readonly totalCount: number | null;
  readonly knownCount: number | null;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly completeness: {
    readonly asked: number;
    readonly answered: number;
    readonly missing: readonly { readonly platform: string; readonly reason: string }[];
    readonly notAsked: readonly { readonly platform: string; readonly reason: string }[];
    readonly resume: string | null;
  };
}

/** The list in an answer without errors. */
export function listOf(answer: Answer, key = 'serviceRequests'): Connection {
  expect(answer.errors).toBeUndefined();
  expect(answer.extensions).toBeUndefined();
  return answer.data?.[key] as Connection;
}

/** Everything about a list. */
export const whole = `edges { node { id } } totalCount knownCount
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  completeness { asked answered missing { platform reason } notAsked { platform reason } resume }`;
