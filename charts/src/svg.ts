/** A chart as the text of an SVG, drawn without a browser. */
import type { EChartsCoreOption } from 'echarts/core';
import { init } from './engine.ts';

/** In CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What no XML may have: where a long name is cut, half a sign may be left, by which no picture could be made of it. */
const noXml = /[\uFFFE\uFFFF]|\p{Surrogate}/gu;

export function chartSvg(option: EChartsCoreOption, size: Size): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption(option);
    return chart.renderToSVGString().replaceAll(noXml, '');
  } finally {
    chart.dispose();
  }
}
