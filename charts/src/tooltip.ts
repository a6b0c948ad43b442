/** What a chart says at a point, in the page's own look. */
import type { TooltipComponentOption } from 'echarts/components';
import type { Palette } from './palette.ts';

/** Everything in it is text: names come from platforms, and may hold markup. */
export function tooltip(palette: Palette): TooltipComponentOption {
  return {
    renderMode: 'richText',
    confine: true,
    padding: [6, 10],
    backgroundColor: palette.surface,
    borderColor: palette.line,
    textStyle: { color: palette.ink, fontFamily: palette.font, fontSize: 13 },
    shadowBlur: 0,
  };
}
