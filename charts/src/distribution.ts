/** How long things took: a bar a bucket, with the median and the ninth tenth marked. */
import type { BarSeriesOption } from 'echarts/charts';
import type {
  GridComponentOption,
  MarkLineComponentOption,
  TooltipComponentOption,
} from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import type { Palette } from './palette.ts';
import { tooltip } from './tooltip.ts';

export type DistributionOption = ComposeOption<
  BarSeriesOption | GridComponentOption | TooltipComponentOption | MarkLineComponentOption
>;

/** `DistributionBucket` of analytics.graphql. */
export interface Bucket {
  readonly fromHours: number;
  /** Null: without end. */
  readonly toHours: number | null;
  readonly count: number;
}

export interface DistributionInput {
  readonly buckets: readonly Bucket[];
  readonly label: string;
  /** Writes a bucket's edges. */
  readonly name: (bucket: Bucket) => string;
  readonly full: (count: number) => string;
  /** What is marked, in hours, with its word; null values are left out. */
  readonly marks: readonly { readonly hours: number | null; readonly word: string }[];
}

export function distributionOption(input: DistributionInput, palette: Palette): DistributionOption {
  const { buckets } = input;
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, color: palette.quiet },
    grid: { left: 4, right: 4, top: 28, bottom: 4, outerBoundsMode: 'same' },
    tooltip: {
      ...tooltip(palette),
      trigger: 'axis',
      axisPointer: { type: 'none' },
      valueFormatter: (value) => (typeof value === 'number' ? input.full(value) : '—'),
    },
    xAxis: {
      type: 'category',
      data: buckets.map((bucket) => input.name(bucket)),
      axisLine: { lineStyle: { color: palette.line } },
      axisTick: { show: false },
      axisLabel: { color: palette.quiet, hideOverlap: true, margin: 10 },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      splitNumber: 3,
      // Room for what is marked.
      boundaryGap: [0, '20%'],
      axisLabel: { color: palette.quiet },
      splitLine: { lineStyle: { color: palette.line } },
    },
    series: [
      {
        name: input.label,
        type: 'bar',
        data: buckets.map((bucket) => bucket.count),
        barCategoryGap: '12%',
        barMaxWidth: 56,
        itemStyle: { color: palette.accent, borderRadius: [2, 2, 0, 0] },
        markLine: {
          silent: true,
          symbol: 'none',
          animation: false,
          lineStyle: { color: palette.ink, type: 'dashed', width: 1 },
          data: input.marks.flatMap(({ hours, word }, index) =>
            hours === null
              ? []
              : [
                  {
                    xAxis: bucketOf(buckets, hours),
                    label: {
                      formatter: word,
                      color: palette.ink,
                      fontSize: 12,
                      // Two in one bucket, or in neighbouring ones, must not lie over each other.
                      distance: index * 14,
                    },
                  },
                ],
          ),
        },
      },
    ],
  };
}

function bucketOf(buckets: readonly Bucket[], hours: number): number {
  const found = buckets.findIndex(({ toHours }) => toHours === null || hours < toHours);
  return found === -1 ? buckets.length - 1 : found;
}
