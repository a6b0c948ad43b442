/** A line so small that it needs no axes: the way of a figure over the last days. */
import type { Point } from './point.ts';

export interface Sparkline {
  /** SVG path; a gap where there is no value. */
  readonly path: string;
  /** The last value's place. */
  readonly end: { readonly x: number; readonly y: number } | null;
}

/** Within `width` × `height`, the lowest value at the bottom, the highest at the top. */
export function sparkline(points: readonly Point[], width: number, height: number): Sparkline {
  const values = points.flatMap((point) => (point.value === null ? [] : [point.value]));
  if (values.length < 2) return { path: '', end: null };
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const step = width / (points.length - 1);

  let path = '';
  let end: Sparkline['end'] = null;
  let pen = 'M';
  points.forEach((point, index) => {
    if (point.value === null) {
      pen = 'M';
      return;
    }
    const x = round(index * step);
    const y = round(height - ((point.value - low) / span) * height);
    path += `${pen}${x} ${y}`;
    end = { x, y };
    pen = 'L';
  });
  return { path, end };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
