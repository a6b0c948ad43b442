/** The colours of the style sheet, for what is drawn by script. */
import type { Palette } from '@onenet/charts';
import type { View } from './view.svelte.ts';

export class Colours {
  current = $state.raw<Palette>(readPalette());

  /** Puts the chosen look on the page, and reads its colours whenever it changes. */
  constructor(view: View) {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    $effect.pre(() => {
      const root = document.documentElement;
      const apply = () => {
        const auto = dark.matches ? 'dark' : 'light';
        root.dataset['theme'] = view.theme === 'auto' ? auto : view.theme;
        root.dataset['size'] = view.size;
        this.current = readPalette();
      };
      apply();
      dark.addEventListener('change', apply);
      return () => dark.removeEventListener('change', apply);
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
