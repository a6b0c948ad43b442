/** What a chart or a table shows, as data: for the eye, for readers of the screen, and to take away. */

/** Text, a number, or null where there is nothing to compute it from: that is no zero. */
export type Cell = string | number | null;

export interface Column {
  readonly label: string;
  /** What it holds in the answer: a field's name, or the key of what has it. */
  readonly key?: string;
  /** Writes a number for the eye; what is taken away keeps every digit. Absent: texts. */
  readonly write?: (value: number) => string;
}

export interface DataTable {
  readonly title: string;
  /** The first names the row. */
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Row by row: which of the answer's it shows. */
  readonly keys?: readonly string[];
}

/** A cell as it is shown; `none` stands for no value. */
export function written(cell: Cell, column: Column | undefined, none: string): string {
  if (cell === null) return none;
  return typeof cell === 'number' ? (column?.write?.(cell) ?? String(cell)) : cell;
}
