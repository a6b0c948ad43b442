/** Which names a map has room for: the larger areas' first, none over another or over a neighbour. */
import { sorted } from '../sorted.ts';
import type { Point } from './geometry.ts';

export interface Label {
  readonly code: string;
  readonly text: string;
  readonly at: Point;
  /** How large its area is; only the order matters. */
  readonly size: number;
  /** How wide its area is where the name stands. */
  readonly room: number;
}

/** Codes of the labels that stand free of each other when written `fontSize` high. */
export function freeLabels(labels: readonly Label[], fontSize: number): ReadonlySet<string> {
  const kept: Label[] = [];
  for (const label of sorted(labels, (a, b) => b.size - a.size)) {
    if (!fits(label, fontSize)) continue;
    if (kept.every((other) => !overlap(label, other, fontSize))) kept.push(label);
  }
  return new Set(kept.map((label) => label.code));
}

/** Han names are short enough to be read even across a border; Latin ones run over the neighbour's. */
function fits(label: Label, fontSize: number): boolean {
  return /\p{sc=Han}/u.test(label.text) || width(label.text) * fontSize <= label.room;
}

function overlap(a: Label, b: Label, fontSize: number): boolean {
  const across = ((width(a.text) + width(b.text)) / 2) * fontSize;
  return Math.abs(a.at.x - b.at.x) < across && Math.abs(a.at.y - b.at.y) < fontSize * 1.1;
}

/** In heights: a Han character is as wide as it is high, a Latin letter about half of it. */
function width(text: string): number {
  return Array.from(text).reduce((sum, char) => sum + (/\p{sc=Han}/u.test(char) ? 1 : 0.55), 0);
}
