/** Values by name, as horizontal bars, longest first. */
import type { BarSeriesOption } from 'echarts/charts';
import type { GridComponentOption, TooltipComponentOption } from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import type { Palette } from './palette.ts';

export type BarsOption = ComposeOption<
  BarSeriesOption | GridComponentOption | TooltipComponentOption
>;

export interface Bar {
  readonly name: string;
  readonly value: number;
}

export interface BarsInput {
  readonly bars: readonly Bar[];
  readonly label: string;
  /** Writes a value beside its bar. */
  readonly write: (value: number) => string;
}

export function barsOption({ bars, label, write }: BarsInput, palette: Palette): BarsOption {
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, color: palette.quiet },
    // On the right, room for the value behind the longest bar.
    grid: { left: 0, right: 72, top: 4, bottom: 4, outerBoundsMode: 'same' },
    xAxis: { type: 'value', show: false, min: 0 },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map((bar) => bar.name),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: palette.ink, fontSize: 13, margin: 12 },
    },
    series: [
      {
        name: label,
        type: 'bar',
        data: bars.map((bar) => bar.value),
        barMaxWidth: 14,
        itemStyle: { color: palette.accent, borderRadius: [0, 2, 2, 0] },
        label: {
          show: true,
          position: 'right',
          color: palette.ink,
          fontSize: 13,
          formatter: ({ value }) => (typeof value === 'number' ? write(value) : ''),
        },
      },
    ],
  };
}
