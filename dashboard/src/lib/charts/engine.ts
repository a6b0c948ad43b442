/** The one place that makes a chart in the page: loaded on its own, after the figures stand. */
import { init } from '@onenet/charts/engine';
import type { EChartsType } from 'echarts/core';

/** An empty chart that fills `element`. */
export function createChart(element: HTMLElement): EChartsType {
  return init(element, null, { renderer: 'svg' });
}
