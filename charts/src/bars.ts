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

/** No taller than this, CSS pixels. */
const tallest = 14;
/** On the right, for the value behind the longest bar. */
const room = 72;

export function barsOption({ bars, label, write }: BarsInput, palette: Palette): BarsOption {
  const rows = bars.map(({ name, value }) => ({ name, value, said: write(value) }));
  return rowsOption(rows, { name: label, barMaxWidth: tallest }, room, palette);
}

/** A bar in its row. */
interface Row extends Bar {
  /** Behind the bar. */
  readonly said: string;
}

/** Rows one below the other, as they come, each with its name before its bar and its value behind it. */
export function rowsOption(
  rows: readonly Row[],
  series: BarSeriesOption,
  roomBehind: number,
  palette: Palette,
): BarsOption {
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, color: palette.quiet },
    grid: { left: 0, right: roomBehind, top: 4, bottom: 4, outerBoundsMode: 'same' },
    xAxis: { type: 'value', show: false, min: 0 },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(({ name }) => name),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: palette.ink, fontSize: 13, margin: 12 },
    },
    series: [
      {
        type: 'bar',
        data: rows.map(({ value }) => value),
        itemStyle: { color: palette.accent, borderRadius: [0, 2, 2, 0] },
        label: {
          show: true,
          position: 'right',
          color: palette.ink,
          fontSize: 13,
          formatter: ({ dataIndex }) => rows[dataIndex]?.said ?? '',
        },
        ...series,
      },
    ],
  };
}
