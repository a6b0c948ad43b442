/** How a metric is computed from sums of events: terms that add up, and what that is divided by. */
import type { EventTypeName } from '@onenet/contract';
import type { SumColumn } from '../additive.ts';

/** A column's sum over the events of some types. */
export interface Term {
  /** `firsts`: that of the period in which people are counted once. */
  readonly column: SumColumn | 'firsts';
  readonly types: readonly EventTypeName[];
  /** It is taken off. */
  readonly isLess?: true;
}

export interface Formula {
  readonly terms: readonly Term[];
  /** Null where this is not above zero: what cannot be divided is not zero. */
  readonly by?: readonly Term[];
}

/** The sum of a column over one type's events. */
export function sum(column: SumColumn, type: EventTypeName): Term {
  return { column, types: [type] };
}

/** The sum of `count` over one type's events. */
export function total(type: EventTypeName): Term {
  return sum('total', type);
}

/** The columns that formulas speak of. */
export function columnsOf(formulas: readonly Formula[]): ReadonlySet<Term['column']> {
  return new Set(
    formulas.flatMap(({ terms, by = [] }) => [...terms, ...by].map(({ column }) => column)),
  );
}

/** What a formula gives, from the sum of a column over one type's events. */
export function valueOf(
  { terms, by }: Formula,
  sumOf: (column: Term['column'], type: EventTypeName) => number,
): number | null {
  const added = (of: readonly Term[]): number =>
    of.reduce((all, { column, types, isLess }) => {
      const own = types.reduce((sums, type) => sums + sumOf(column, type), 0);
      return isLess ? all - own : all + own;
    }, 0);
  const above = added(terms);
  if (!by) return above;
  const below = added(by);
  return below > 0 ? above / below : null;
}

/** The same as a clause of SQL over rows by type: by it a definition is known again. */
export function textOf({ terms, by }: Formula): string {
  if (!by) return termsText(terms);
  const below = by.length > 1 ? `(${termsText(by)})` : termsText(by);
  return `if(${below} > 0, (${termsText(terms)}) / (${below}), NULL)`;
}

function termsText(terms: readonly Term[]): string {
  return terms
    .map((term, i) => `${i === 0 ? '' : term.isLess ? ' - ' : ' + '}${termText(term)}`)
    .join('');
}

function termText({ column, types }: Term): string {
  const names = types.map((type) => `'${type}'`);
  if (column === 'firsts') return `sumIf({{firsts}}, type IN (${names.join(', ')}))`;
  return `sumIf(${column}, type ${names.length === 1 ? `= ${names[0]}` : `IN (${names.join(', ')})`})`;
}
