/** The same metric of many platforms, a small line each, all on one scale: so they can be compared. */
import type { LineSeriesOption } from 'echarts/charts';
import type {
  GridComponentOption,
  TitleComponentOption,
  TooltipComponentOption,
} from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import type { Palette } from './palette.ts';
import type { Point } from './point.ts';
import { tooltip } from './tooltip.ts';

export type MultiplesOption = ComposeOption<
  LineSeriesOption | GridComponentOption | TitleComponentOption | TooltipComponentOption
>;

export interface Multiple {
  readonly name: string;
  /** Beside the name: the figure of the whole period. */
  readonly said: string;
  readonly points: readonly Point[];
}

export interface MultiplesInput {
  readonly multiples: readonly Multiple[];
  readonly columns: number;
  readonly day: (at: string) => string;
  readonly full: (value: number) => string;
  readonly fromZero: boolean;
  /** Whether each has a scale of its own: then shapes are compared, and not sizes. */
  readonly ownScale?: boolean;
}

/** In CSS pixels: of one, and of the gap between two. */
const cell = { height: 92, gap: 20, title: 34 } as const;

/** How high they are together, CSS pixels. */
export function multiplesSize(count: number, columns: number): number {
  const rows = Math.ceil(count / Math.max(1, columns));
  return Math.max(1, rows) * cell.height;
}

export function multiplesOption(input: MultiplesInput, palette: Palette): MultiplesOption {
  const { multiples, columns } = input;
  const values = multiples.flatMap(({ points }) => points.flatMap(({ value }) => value ?? []));
  const most = Math.max(0, ...values);
  const least = input.fromZero ? 0 : Math.min(...values, most);
  const shared = input.ownScale ? {} : { min: least, max: most || 1 };
  const width = 100 / columns;
  const place = (index: number) => ({
    left: `${(index % columns) * width + 0.5}%`,
    top: Math.floor(index / columns) * cell.height,
  });
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, color: palette.quiet },
    tooltip: {
      ...tooltip(palette),
      trigger: 'axis',
      axisPointer: { lineStyle: { color: palette.quiet, type: 'dashed' } },
      valueFormatter: (value) => (typeof value === 'number' ? input.full(value) : '—'),
    },
    title: multiples.map(({ name, said }, index) => ({
      ...place(index),
      text: name,
      subtext: said,
      padding: 0,
      itemGap: 2,
      textStyle: {
        color: palette.ink,
        fontSize: 12,
        lineHeight: 15,
        fontWeight: 500,
        width: 150,
        overflow: 'truncate',
      },
      subtextStyle: { color: palette.quiet, fontSize: 12, lineHeight: 15 },
    })),
    grid: multiples.map((_each, index) => ({
      ...place(index),
      top: place(index).top + cell.title,
      width: `${width - 2}%`,
      height: cell.height - cell.title - cell.gap,
    })),
    xAxis: multiples.map(({ points }, gridIndex) => ({
      type: 'category',
      gridIndex,
      boundaryGap: false,
      data: points.map(({ at }) => input.day(at)),
      axisLabel: { show: false },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.line } },
    })),
    yAxis: multiples.map((_each, gridIndex) => ({
      type: 'value',
      gridIndex,
      show: false,
      ...shared,
    })),
    series: multiples.map(({ name, points }, index) => ({
      name,
      type: 'line',
      xAxisIndex: index,
      yAxisIndex: index,
      showSymbol: false,
      connectNulls: false,
      data: points.map(({ value }) => value ?? '-'),
      lineStyle: { width: 1.5, color: palette.accent },
      itemStyle: { color: palette.accent },
      ...(input.fromZero && { areaStyle: { color: palette.accentSoft, opacity: 0.7 } }),
    })),
  };
}
