/** Around a picture that is taken away: its title above it, what its colours mean and what it is below it. */
import type { Palette } from '@onenet/charts';

/** Sizes are in CSS pixels. */
export interface Drawn {
  /** One SVG element. */
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  /** What its colours mean, as far as it does not say it itself. */
  readonly legend?: readonly { readonly colour: string; readonly name: string }[];
  /** What has to be said with it. */
  readonly caption?: string;
}

export interface Frame {
  readonly title: string;
  /** Whose it is, of when, how complete: a line each. */
  readonly about: readonly string[];
  readonly palette: Palette;
}

const margin = 16;
const title = { size: 16, line: 24 };
const small = { size: 12, line: 18 };
const swatch = 12;
/** Latin letters with their marks end here. */
const firstWide = 0x250;
/** What no XML may have. */
const noXml = /[\uFFFE\uFFFF]|\p{Surrogate}|(?![\t\n\r])\p{Cc}/gu;

export function framed(drawn: Drawn, { title: said, about, palette }: Frame): Drawn {
  const width = drawn.width + 2 * margin;
  const parts: string[] = [];
  let y = margin;
  const write = (text: string, { size, line }: typeof small, colour: string, weight = 400) => {
    for (const each of linesOf(text, drawn.width / size)) {
      const at = y + (line + size * 0.7) / 2;
      parts.push(
        `<text x="${margin}" y="${at}" font-size="${size}" font-weight="${weight}" fill="${colour}">${escaped(each)}</text>`,
      );
      y += line;
    }
  };
  write(said, title, palette.ink, 600);
  y += 4;
  parts.push(`<g transform="translate(${margin} ${y})">${drawn.svg}</g>`);
  y += drawn.height + 8;

  let x = 0;
  for (const { colour, name } of drawn.legend ?? []) {
    const wide = swatch + 6 + widthOf(name) * small.size + 16;
    if (x > 0 && x + wide > drawn.width) {
      x = 0;
      y += small.line;
    }
    parts.push(
      `<rect x="${margin + x}" y="${y + 3}" width="${swatch}" height="${swatch}" fill="${escaped(colour)}" stroke="${palette.quiet}" stroke-width="0.5"/>`,
      `<text x="${margin + x + swatch + 6}" y="${y + 13}" font-size="${small.size}" fill="${palette.ink}">${escaped(name)}</text>`,
    );
    x += wide;
  }
  if (x > 0) y += small.line;
  if (drawn.caption) write(drawn.caption, small, palette.ink);
  for (const line of about) write(line, small, palette.quiet);

  const height = y + margin;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(palette.font)}"><rect width="${width}" height="${height}" fill="${palette.surface}"/>${parts.join('')}</svg>`;
  return { svg, width, height };
}

/** In heights of the type, near enough: characters of Chinese are square, the rest about half as wide. */
function widthOf(text: string): number {
  let width = 0;
  for (const sign of text) width += (sign.codePointAt(0) ?? 0) < firstWide ? 0.58 : 1;
  return width;
}

/** A text in lines no longer than so many heights of its type. */
function linesOf(text: string, longest: number): readonly string[] {
  const lines = [''];
  for (const sign of text) {
    const last = lines[lines.length - 1] ?? '';
    if (last !== '' && widthOf(last + sign) > longest) lines.push(sign);
    else lines[lines.length - 1] = last + sign;
  }
  return lines;
}

function escaped(text: string): string {
  return text
    .replaceAll(noXml, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
