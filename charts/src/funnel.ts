/** Steps one after another: a bar each, its count and its share of the first behind it. */
import { rowsOption, type BarsOption } from './bars.ts';
import type { Palette } from './palette.ts';

export interface Step {
  readonly name: string;
  /** Null where nobody can say: then it is not zero. */
  readonly count: number | null;
  /** Behind the bar: the count, and what share it is. */
  readonly said: string;
}

export interface FunnelInput {
  readonly steps: readonly Step[];
  readonly label: string;
}

/** So much is left for the count and the share, CSS pixels. */
const room = 116;

/** No tapering: steps are flows, and a later one may exceed the one before. */
export function funnelOption({ steps, label }: FunnelInput, palette: Palette): BarsOption {
  return rowsOption(
    steps.map(({ name, count, said }) => ({ name, value: count ?? 0, said })),
    {
      name: label,
      barWidth: 18,
      // Behind the longest bar, so that counts stand in a column.
      showBackground: true,
      backgroundStyle: { color: palette.accentSoft, borderRadius: 2, opacity: 0.6 },
    },
    room,
    palette,
  );
}
