/** The rhythm of week and day: a cell an hour of a weekday, the darker the more. */
import type { HeatmapSeriesOption } from 'echarts/charts';
import type {
  GridComponentOption,
  TooltipComponentOption,
  VisualMapComponentOption,
} from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import type { Palette } from './palette.ts';
import type { Point } from './point.ts';
import { tooltip } from './tooltip.ts';

export type HeatOption = ComposeOption<
  HeatmapSeriesOption | GridComponentOption | TooltipComponentOption | VisualMapComponentOption
>;

/** Seven rows from Monday, each of 24 hours in Beijing; null where no hour of the range was one. */
export type Rhythm = readonly (readonly (number | null)[])[];

/** Asia/Shanghai has had no other offset since 1991. */
const shanghaiMs = 8 * 3_600_000;
const weekdays = 7;
const hours = 24;

/** The mean of each hour of the week, from points by the hour; hours without a value count for none. */
export function rhythm(points: readonly Point[]): Rhythm {
  const sums = Array.from({ length: weekdays * hours }, () => ({ sum: 0, n: 0 }));
  for (const { at, value } of points) {
    if (value === null) continue;
    const local = new Date(Date.parse(at) + shanghaiMs);
    const weekday = (local.getUTCDay() + weekdays - 1) % weekdays;
    const cell = sums[weekday * hours + local.getUTCHours()];
    if (cell === undefined) continue;
    cell.sum += value;
    cell.n += 1;
  }
  return Array.from({ length: weekdays }, (_row, weekday) =>
    sums
      .slice(weekday * hours, (weekday + 1) * hours)
      .map(({ sum, n }) => (n === 0 ? null : sum / n)),
  );
}

export interface HeatInput {
  readonly cells: Rhythm;
  readonly label: string;
  /** From Monday. */
  readonly days: readonly string[];
  /** Writes an hour of the day, 0 to 23. */
  readonly hour: (hour: number) => string;
  readonly full: (value: number) => string;
}

export function heatOption(input: HeatInput, palette: Palette): HeatOption {
  const values = input.cells.flatMap((row, weekday) =>
    row.map((value, hour): [number, number, number | '-'] => [hour, weekday, value ?? '-']),
  );
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, color: palette.quiet },
    grid: { left: 4, right: 4, top: 4, bottom: 4, outerBoundsMode: 'same' },
    tooltip: {
      ...tooltip(palette),
      formatter: (params) => {
        const { value } = Array.isArray(params) ? (params[0] ?? { value: [] }) : params;
        const [hour, weekday, count] = value as [number, number, number | '-'];
        const said = count === '-' ? '—' : input.full(count);
        return `${input.days[weekday] ?? ''} ${input.hour(hour)}  ${said}`;
      },
    },
    xAxis: {
      type: 'category',
      data: Array.from({ length: hours }, (_each, hour) => input.hour(hour)),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: palette.quiet, interval: 2, margin: 8 },
      splitArea: { show: false },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: [...input.days],
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: palette.ink, margin: 10 },
    },
    visualMap: {
      type: 'piecewise',
      show: false,
      pieces: pieces(input.cells.flat(), palette.scale),
    },
    series: [
      {
        name: input.label,
        type: 'heatmap',
        data: values,
        itemStyle: { borderColor: palette.surface, borderWidth: 2, borderRadius: 3 },
        emphasis: { itemStyle: { borderColor: palette.ink, borderWidth: 1 } },
      },
    ],
  };
}

/** As many cells in each step, nothing in the first: one burst must not make all the rest look alike. */
function pieces(cells: readonly (number | null)[], scale: readonly string[]) {
  const counts = cells.flatMap((value) => (value !== null && value > 0 ? [value] : []));
  // oxlint-disable-next-line unicorn/no-array-sort -- of a copy: Chrome 87 has no toSorted
  const values = [...counts].sort((a, b) => a - b);
  const edges = scale
    .slice(1)
    .map(
      (_color, step) => values[Math.floor((step * values.length) / (scale.length - 1))] ?? step + 1,
    );
  return scale.map((color, index) => {
    const [from, to] = [edges[index - 1], edges[index]];
    return { color, ...(from !== undefined && { gte: from }), ...(to !== undefined && { lt: to }) };
  });
}
