/** The numbers of cards: given by the platform in a row, or brought along by whoever issues the card. */
import { badInput } from '../../checks.ts';
import type { Transaction } from '../../command.ts';
import type { Row } from '../../rows.ts';
import { settingsOf } from '../../settings.ts';

interface CardNumbers extends Row {
  readonly given: number;
}

/**
 * The platform's next number: 16 digits. Taken outside the transaction, so that those who issue at the
 * same time do not wait for each other; one that fails leaves a gap.
 */
export async function nextCardNumber({ platform }: Transaction): Promise<string> {
  const numbers = await settingsOf<CardNumbers>(platform.db).findOneAndUpdate(
    { _id: 'card-numbers' },
    { $inc: { given: 1 } },
    { upsert: true, returnDocument: 'after' },
  );
  if (!numbers) throw new Error(`${platform.definition.code} does not say how many cards it gave.`);
  // Reference cards begin with 0.
  return `1${String(numbers.given).padStart(15, '0')}`;
}

/** A number as given: letters and digits. What was given stays out of the message: it is personal. */
export function checkedCardNumber(number: string): string {
  const text = number.replaceAll(/[ -]/g, '').toUpperCase();
  if (/^[0-9A-Z]{6,32}$/.test(text)) return text;
  throw badInput('`number` is no number of a card: 6 to 32 letters or digits.');
}
