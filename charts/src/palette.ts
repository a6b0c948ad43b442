/** The colours and the type that a chart is drawn with; the style sheet decides them. */
export interface Palette {
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly surface: string;
  readonly accent: string;
  readonly accentSoft: string;
  /** From little to much. */
  readonly scale: readonly string[];
  /** Names in single quotes. */
  readonly font: string;
}
