/** What is drawn as a picture: SVG, or PNG at twice the size; loaded when somebody takes one. */
import { chartSvg } from '@onenet/charts/svg';
import type { EChartsCoreOption } from 'echarts/core';
import { framed, type Drawn, type Frame } from './frame.ts';

/** A chart by its option, or what is drawn already. */
export type Picture =
  | { readonly option: EChartsCoreOption; readonly width: number; readonly height: number }
  | Drawn;

export function svgOf(picture: Picture, frame: Frame): string {
  return framed(drawn(picture), frame).svg;
}

/** Dots per CSS pixel: sharp in print. */
const density = 2;

export async function pngOf(picture: Picture, frame: Frame): Promise<Blob> {
  const { svg, width, height } = framed(drawn(picture), frame);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width * density;
  canvas.height = height * density;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture was made'))));
  });
}

function drawn(picture: Picture): Drawn {
  if ('svg' in picture) return picture;
  const { option, width, height } = picture;
  return { svg: chartSvg(option, { width, height }), width, height };
}
