/** Draws an option of ECharts as large as everything on the wall: its own sizes are those of a desk. */
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import type { Attachment } from 'svelte/attachments';
import { whenLoaded } from '#lib/lazy.ts';

/** Type of 12 px at a desk, drawn so many times as large. */
const deskToWall = 1.8;

/** Redrawn when what `option` reads changes, and when its place does. */
export function wallChart(option: () => EChartsCoreOption): Attachment<HTMLElement> {
  return (element) => {
    let chart = $state.raw<EChartsType>();
    const canvas = document.createElement('div');
    canvas.style.transformOrigin = '0 0';
    element.append(canvas);
    const fit = () => {
      const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
      const scale = deskToWall * rem;
      canvas.style.transform = `scale(${scale})`;
      canvas.style.width = `${element.clientWidth / scale}px`;
      canvas.style.height = `${element.clientHeight / scale}px`;
      chart?.resize();
    };
    const observer = new ResizeObserver(fit);
    const stop = whenLoaded(
      () => import('#lib/charts/engine.ts'),
      ({ createChart }) => {
        fit();
        chart = createChart(canvas);
        observer.observe(element);
      },
    );
    $effect(() => {
      chart?.setOption(option(), { notMerge: true });
    });
    return () => {
      stop();
      observer.disconnect();
      chart?.dispose();
      canvas.remove();
    };
  };
}
