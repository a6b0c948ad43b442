/** The colours of the style sheet, for what is drawn by script. */
import type { Palette } from '@onenet/charts';
import { flushSync } from 'svelte';
import type { View } from './view.svelte.ts';

export class Colours {
  current = $state.raw<Palette>(readPalette());

  /** Puts the chosen look on the page, and reads its colours whenever it changes. */
  constructor(view: View) {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    $effect.pre(() => {
      const root = document.documentElement;
      // Paper is white, and its drawings are those of the screen unless they are drawn anew before.
      let onPaper = false;
      const apply = () => {
        const auto = dark.matches ? 'dark' : 'light';
        const chosen = view.theme === 'auto' ? auto : view.theme;
        root.dataset['theme'] = onPaper && chosen === 'dark' ? 'light' : chosen;
        root.dataset['size'] = view.size;
        this.current = readPalette();
      };
      const print = ({ type }: Event) => {
        onPaper = type === 'beforeprint';
        flushSync(apply);
      };
      apply();
      dark.addEventListener('change', apply);
      addEventListener('beforeprint', print);
      addEventListener('afterprint', print);
      return () => {
        dark.removeEventListener('change', apply);
        removeEventListener('beforeprint', print);
        removeEventListener('afterprint', print);
      };
    });
  }
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour('ink'),
    quiet: colour('ink-3'),
    line: colour('line'),
    surface: colour('surface'),
    accent: colour('accent'),
    accentSoft: colour('accent-soft'),
    scale: [1, 2, 3, 4, 5].map((step) => colour(`scale-${step}`)),
    // ECharts writes it into an attribute as it is: a double quote would break every picture that is taken away.
    font: style.fontFamily.replaceAll('"', "'"),
  };
}
