/** The forms of aid: 输血, with money, and 造血, without. */
import { badInput } from '../../checks.ts';

export const forms = [
  'CASH',
  'MEDICAL',
  'SERIOUS_ILLNESS',
  'SCHOOLING',
  'TRAINING',
  'EMPLOYMENT',
] as const;
export type AidForm = (typeof forms)[number];

/** Whether money is given. */
export function isWithMoney(form: AidForm): boolean {
  return form !== 'TRAINING' && form !== 'EMPLOYMENT';
}

/** An argument that the forms with money demand, and the others refuse. */
export function ofMoney<Value>(field: string, form: AidForm, value: Value | null): Value | null {
  if (isWithMoney(form) === (value !== null)) return value;
  throw badInput(
    value === null
      ? `\`${field}\` is missing: ${form} is a form with money.`
      : `\`${field}\` is given, but ${form} is a form without money: leave it out.`,
  );
}

/** Whole fen, above 0. */
export function aboveZero(field: string, fen: number): number {
  if (fen < 1) throw badInput(`\`${field}: ${fen}\` is no amount: whole fen, above 0.`);
  return fen;
}
