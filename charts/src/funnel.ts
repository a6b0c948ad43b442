/** Steps one after another: a bar each, its count and its share of the first behind it. */
import type { BarSeriesOption } from 'echarts/charts';
import type { GridComponentOption, TooltipComponentOption } from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import type { Palette } from './palette.ts';

export type FunnelOption = ComposeOption<
  BarSeriesOption | GridComponentOption | TooltipComponentOption
>;

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

/** No tapering: steps are flows, and a later one may exceed the one before. */
export function funnelOption({ steps, label }: FunnelInput, palette: Palette): FunnelOption {
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, color: palette.quiet },
    grid: { left: 0, right: 116, top: 4, bottom: 4, outerBoundsMode: 'same' },
    xAxis: { type: 'value', show: false, min: 0 },
    yAxis: {
      type: 'category',
      inverse: true,
      data: steps.map((step) => step.name),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: palette.ink, fontSize: 13, margin: 12 },
    },
    series: [
      {
        name: label,
        type: 'bar',
        data: steps.map(({ count }) => count ?? 0),
        barWidth: 18,
        showBackground: true,
        backgroundStyle: { color: palette.accentSoft, borderRadius: 2, opacity: 0.6 },
        itemStyle: { color: palette.accent, borderRadius: [0, 2, 2, 0] },
        label: {
          show: true,
          // Behind the longest bar, so that counts stand in a column.
          position: 'right',
          color: palette.ink,
          fontSize: 13,
          formatter: ({ dataIndex }) => steps[dataIndex]?.said ?? '',
        },
      },
    ],
  };
}
