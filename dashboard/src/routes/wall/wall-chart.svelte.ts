/** Draws an option of ECharts as large as everything on the wall: its own sizes are those of a desk. */
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import type { Attachment } from 'svelte/attachments';

/** Type of 12 px at a desk, drawn so many times as large. */
const deskToWall = 1.8;

/** Redrawn when what `option` reads changes, and when its place does. */
export function wallChart(option: () => EChartsCoreOption): Attachment<HTMLElement> {
  return (element) => {
    let chart = $state.raw<EChartsType>();
    let gone = false;
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
    void import('#lib/charts/engine.ts').then(({ createChart }) => {
      if (gone) return;
      fit();
      chart = createChart(canvas);
      observer.observe(element);
    });
    $effect(() => {
      chart?.setOption(option(), { notMerge: true });
    });
    return () => {
      gone = true;
      observer.disconnect();
      chart?.dispose();
      canvas.remove();
    };
  };
}
