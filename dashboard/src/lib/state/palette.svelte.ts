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
        const isDark = view.theme === 'dark' || (view.theme === 'auto' && dark.matches);
        root.dataset['theme'] = isDark ? 'dark' : 'light';
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
    font: style.fontFamily,
  };
}
