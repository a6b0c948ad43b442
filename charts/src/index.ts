/** How figures are drawn and written, wherever they are shown: options of ECharts as data, numbers, changes. Without ECharts itself and without a browser. */
export { barsOption } from './bars.ts';
export type { Bar } from './bars.ts';
export { isBaseTooSmall, relativeChange, verdict } from './change.ts';
export type { Verdict } from './change.ts';
export { dimensionWords } from './dimension-words.ts';
export { FigureFormat } from './figure-format.ts';
export type { Measured } from './figure-format.ts';
export { languages, locales } from './language.ts';
export type { Language } from './language.ts';
export type { Palette } from './palette.ts';
export type { Point } from './point.ts';
export { sparkline } from './sparkline.ts';
export { trendOption } from './trend.ts';
