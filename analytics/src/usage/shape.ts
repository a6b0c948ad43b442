/** Sets of coordinates, which rows of uses and of accesses name. */
import { hash } from 'node:crypto';
import type { FeedLine, GatewayEvent } from '@onenet/feed';

/** The name of a set of coordinates. */
export function shapeOf(coordinates: readonly string[]): string {
  return hash('sha256', coordinates.join('\n')).slice(0, 32);
}

/** The sets of coordinates of these lines, each once, as lines of `JSONCompactEachRow`. */
export function shapeRows(lines: readonly FeedLine<GatewayEvent>[]): readonly string[] {
  const rows = lines.flatMap((line) => {
    if (line.kind === 'rejected') return [];
    const { coordinates } = line.event.data;
    return [JSON.stringify([shapeOf(coordinates), coordinates])];
  });
  return [...new Set(rows)];
}
