/** One request as an access record: who was given what, of which owners, by which of their calls; and as events of the feed. */
import type { AccessData, OwnerAccess } from '@onenet/feed';
import type { GatheredReport, OwnerCall } from '../context.ts';
import { pieces } from './pieces.ts';

/** One request, as the spool keeps it. */
export interface Access extends Omit<AccessData, 'count' | 'continued'> {
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What is put into the outbox. */
export interface AccessEntry {
  readonly _id: string;
  readonly time: Date;
  /** `AccessData` as JSON. */
  readonly json: string;
}

/** The calls of a request, and the owners that were not asked for want of a grant. */
export function ownerAccesses(
  calls: readonly OwnerCall[],
  gathered: readonly Pick<GatheredReport, 'notAsked'>[],
): readonly OwnerAccess[] {
  const accesses = calls.flatMap(
    ({ platform, outcome, status, durationMs, rows, grant, leaves }) => {
      const earlier = leaves
        .slice(0, -1)
        .map((leaf) => ({ ...notAnswered, platform, grant, leaf }));
      const leaf = leaves.at(-1) ?? null;
      const tenths = Math.round(durationMs * 10) / 10;
      return [...earlier, { platform, outcome, status, durationMs: tenths, rows, grant, leaf }];
    },
  );
  const notGranted = new Set<string>();
  for (const { notAsked } of gathered) {
    for (const { platform, reason } of notAsked) if (reason === 'REFUSED') notGranted.add(platform);
  }
  const refused = [...notGranted].map((platform) => ({
    platform,
    outcome: 'REFUSED',
    status: null,
    rows: 0,
    grant: null,
    leaf: null,
  }));
  return [...accesses, ...refused];
}

const notAnswered = { outcome: 'REPEATED', status: null, rows: null } as const;

/** Refused requests of a segment that are named one by one; a flood of more, alike, is counted. */
const mostRefused = 20;
const minuteMs = 60_000;

/** The requests of one segment as events, each by itself. The same segment gives the same ids. */
export function accessEntries(
  segment: string,
  requests: readonly Access[],
): readonly AccessEntry[] {
  return withFloodsCounted(requests).flatMap(({ at, ...data }, i) =>
    cut(`${segment}-a${i}`, new Date(at), data),
  );
}

type Counted = Access & { readonly count?: number };

/** Whoever is refused costs nothing to ask again: its records must not become the flood that is kept out. */
function withFloodsCounted(requests: readonly Access[]): readonly Counted[] {
  const groups = Map.groupBy(requests, (request) =>
    request.result === 'REFUSED' && request.owners.length === 0
      ? JSON.stringify([
          Math.floor(request.at / minuteMs),
          request.client,
          request.person,
          request.document,
          request.codes,
        ])
      : '',
  );
  return [...groups].flatMap(([key, group]): readonly Counted[] => {
    const [first] = group;
    if (key === '' || !first || group.length <= mostRefused) return group;
    const durationMs = group.reduce((sum, request) => sum + request.durationMs, 0);
    return [{ ...first, requestId: null, durationMs, count: group.length }];
  });
}

/** Characters of a whole request in one event, which with what a line says besides is less than 64 KiB. */
const mostCharacters = 20_000;

/** As many events as the lists need; mostly one. */
function cut(id: string, time: Date, data: AccessData): readonly AccessEntry[] {
  const json = JSON.stringify(data);
  if (json.length <= mostCharacters) return [{ _id: id, time, json }];
  const coordinates = pieces(data.coordinates);
  const owners = pieces(data.owners);
  return Array.from({ length: Math.max(coordinates.length, owners.length) }, (_, i) => ({
    _id: i === 0 ? id : `${id}-${i}`,
    time,
    json: JSON.stringify({
      ...data,
      coordinates: coordinates[i] ?? [],
      owners: owners[i] ?? [],
      ...(i > 0 && { continued: true }),
    }),
  }));
}
