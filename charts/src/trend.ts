/** One metric over time, as a line; the last point is hollow where its day is not over. */
import type { LineSeriesOption } from 'echarts/charts';
import type {
  GridComponentOption,
  MarkLineComponentOption,
  TooltipComponentOption,
} from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import type { Palette } from './palette.ts';
import type { Point } from './point.ts';
import { tooltip } from './tooltip.ts';

export type TrendOption = ComposeOption<
  LineSeriesOption | GridComponentOption | TooltipComponentOption
>;

export interface TrendInput {
  readonly points: readonly Point[];
  readonly label: string;
  /** Writes the start of a bucket. */
  readonly day: (at: string) => string;
  /** Writes a value on the axis. */
  readonly short: (value: number) => string;
  /** Writes a value with its unit. */
  readonly full: (value: number) => string;
  /** Ratios and durations need no zero on their axis. */
  readonly fromZero: boolean;
  /** Whether the last bucket is over, as all before it are. */
  readonly lastIsOver?: boolean;
  /** The same over what it is compared with, bucket by bucket. */
  readonly before?: { readonly label: string; readonly points: readonly Point[] } | undefined;
  /** Where something happened: the bucket, and what stands over it. */
  readonly marks?: readonly { readonly index: number; readonly label: string }[];
}

export function trendOption(input: TrendInput, palette: Palette): TrendOption {
  const { points } = input;
  const open = input.lastIsOver ? -1 : points.length - 1;
  const marks = input.marks ?? [];
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, color: palette.quiet },
    grid: {
      left: 4,
      right: 12,
      top: marks.length > 0 ? 28 : 16,
      bottom: 4,
      outerBoundsMode: 'same',
    },
    tooltip: {
      ...tooltip(palette),
      trigger: 'axis',
      axisPointer: { lineStyle: { color: palette.quiet, type: 'dashed' } },
      valueFormatter: (value) => (typeof value === 'number' ? input.full(value) : '—'),
    },
    xAxis: {
      type: 'category',
      boundaryGap: false,
      data: points.map((point) => input.day(point.at)),
      axisLine: { lineStyle: { color: palette.line } },
      axisTick: { show: false },
      axisLabel: { color: palette.quiet, hideOverlap: true, margin: 12 },
    },
    yAxis: {
      type: 'value',
      scale: !input.fromZero,
      splitNumber: 4,
      // What is counted from zero comes in whole numbers.
      ...(input.fromZero ? { minInterval: 1 } : {}),
      axisLabel: { color: palette.quiet, formatter: (value: number) => input.short(value) },
      splitLine: { lineStyle: { color: palette.line } },
    },
    series: [
      {
        name: input.label,
        type: 'line',
        // Null where nothing can be computed: a gap, never a zero.
        data: points.map((point, index) => ({
          value: point.value ?? '-',
          symbol: index === open ? 'emptyCircle' : 'circle',
          symbolSize: index === open ? 8 : 5,
        })),
        connectNulls: false,
        showSymbol: true,
        lineStyle: { width: 2, color: palette.accent },
        itemStyle: { color: palette.accent },
        ...(input.fromZero ? { areaStyle: { color: palette.accentSoft, opacity: 0.6 } } : {}),
        ...(marks.length > 0 ? { markLine: markLine(marks, palette) } : {}),
        z: 3,
      },
      ...(input.before
        ? [
            {
              name: input.before.label,
              type: 'line' as const,
              data: points.map((_point, index) => input.before?.points[index]?.value ?? '-'),
              connectNulls: false,
              showSymbol: false,
              lineStyle: { width: 1.5, color: palette.quiet, type: 'dashed' as const },
              itemStyle: { color: palette.quiet },
            },
          ]
        : []),
    ],
  };
}

function markLine(
  marks: NonNullable<TrendInput['marks']>,
  palette: Palette,
): MarkLineComponentOption {
  return {
    silent: true,
    symbol: 'none',
    animation: false,
    lineStyle: { color: palette.quiet, type: 'dotted', width: 1 },
    label: {
      color: palette.ink,
      fontSize: 11,
      padding: [1, 5],
      borderWidth: 1,
      borderColor: palette.line,
      borderRadius: 8,
      backgroundColor: palette.surface,
    },
    data: marks.map(({ index, label }) => ({ xAxis: index, label: { formatter: label } })),
  };
}
