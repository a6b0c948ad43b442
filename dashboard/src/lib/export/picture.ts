/** A chart as a picture: SVG, or PNG at twice the size; loaded when somebody takes one. */
import { chartSvg } from '@onenet/charts/svg';
import type { EChartsCoreOption } from 'echarts/core';

interface Picture {
  readonly option: EChartsCoreOption;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Behind it. */
  readonly background: string;
}

export function svgOf({ option, width, height, background }: Picture): string {
  return chartSvg({ ...option, backgroundColor: background }, { width, height });
}

/** Dots per CSS pixel: sharp in print. */
const density = 2;

export async function pngOf(picture: Picture): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgOf(picture))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = picture.width * density;
  canvas.height = picture.height * density;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture was made'))));
  });
}
