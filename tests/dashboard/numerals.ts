/** Numerals of a Chinese page, and which numbers of an answer they may be: a reading of its own, not the page's. */

/** A number as somebody reads it, and by how much what it was written from may differ. */
export interface Numeral {
  readonly text: string;
  readonly value: number;
  readonly unit: string;
}

/** Times, days and how long ago: they say of when a figure is. */
const times = [
  /\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?/g,
  /\d{1,2}月(?:\d{1,2}日)?/g,
  /\d{4}-\d{2}(?:-\d{2})?/g,
  /(?:\d{4}\/)?\d{1,2}\/\d{1,2}(?![\d/])/g,
  /\d{4}\/\d{1,2}/g,
  /\d{1,2}:\d{2}(?::\d{2})?/g,
  /\d+\s?(?:秒|分钟|小时|天)前/g,
  /已持续 [\d.]+ (?:秒|分钟|小时|天)/g,
];
const numeral =
  /(?<![A-Za-z\d])(?<number>\d[\d,]*(?:\.\d+)?)\s?(?<scale>万|亿)?\s?(?<unit>%|毫秒|秒|分钟|小时|天)?/g;
const scales: Readonly<Record<string, number>> = { 万: 1e4, 亿: 1e8 };

/** All but times and `known`: names, and what the page always says. */
export function numeralsOf(text: string, known: readonly string[]): readonly Numeral[] {
  let rest = text;
  for (const each of known) rest = without(rest, each);
  for (const time of times) rest = rest.replaceAll(time, ' ');
  return [...rest.matchAll(numeral)].map((match) => {
    const { number = '', scale = '', unit = '' } = match.groups ?? {};
    const value = Number(number.replaceAll(',', '')) * (scales[scale] ?? 1);
    return { text: match[0].trim(), value, unit: scale === '' ? unit : `${scale}${unit}` };
  });
}

/** Where a name stands by itself: 1.2 is no part of 1,061.2. */
function without(text: string, name: string): string {
  return text
    .split(name)
    .reduce((before, after) =>
      /[\d.,]$/.test(before) || /^[\d]/.test(after) ? before + name + after : `${before} ${after}`,
    );
}

/** Whether it is how this number is written; of a metric in hundredths, `isShare`. */
export function isWritten({ value, unit }: Numeral, of: number, isShare: boolean): boolean {
  const size = Math.abs(of);
  const near = (expected: number, half: number) =>
    Math.abs(expected - value) <= half + 1e-9 * Math.max(1, expected);
  // Four digits that count.
  if (/^[万亿]/.test(unit)) return near(size, 10 ** (Math.floor(Math.log10(size)) - 3) / 2);
  switch (unit) {
    case '%':
      return near(size * 100, 0.05) || (value === 999 && size > 9.99) || near(size, 0.005);
    case '毫秒':
      return near(size, 0.5);
    case '秒':
    case '分钟':
    case '小时':
    case '天':
      return (
        [1, 3600].some((seconds) => near((size * seconds) / lengths[unit], 0.05)) ||
        near(size, 0.005)
      );
    default:
      return near(size, 0.005) || (isShare && near(size * 100, 0.05));
  }
}

const lengths = { 秒: 1, 分钟: 60, 小时: 3600, 天: 86_400 };
