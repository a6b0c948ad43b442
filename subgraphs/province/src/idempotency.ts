/** A mutation that is asked twice with one key is carried out once: how two askings are known to be the same. */
import { createHash } from 'node:crypto';
import { NetError } from '@onenet/contract';

/** A mutation as it is asked. */
export interface AskedOnce {
  readonly mutation: string;
  /** Whose key it is: another's keys are its own. */
  readonly asker: string;
  readonly idempotencyKey: string;
  readonly input: object;
}

/** Days for which a key is remembered, as platforms do. */
export const keyDays = 7;

/** The document's id of an asking, and what tells another input by the same key. */
export function identityOf({ mutation, asker, idempotencyKey, input }: AskedOnce): {
  readonly _id: string;
  readonly hash: string;
} {
  const { length } = idempotencyKey;
  if (length < 1 || length > 200) {
    throw new NetError('BAD_INPUT', `\`idempotencyKey\` has ${length} characters: from 1 to 200.`);
  }
  // What GraphQL takes for the same input is the same text: no nulls, names in order.
  const given = Object.entries(input).filter(([, value]) => value != null);
  const text = JSON.stringify(given.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const hash = createHash('sha256').update(`${mutation} ${text}`).digest('base64');
  return { _id: `${asker} ${idempotencyKey}`, hash };
}

/** Refuses a key that came with another mutation or input before. */
export function mustBeSame(asked: AskedOnce, before: { readonly hash: string }): void {
  if (before.hash === identityOf(asked).hash) return;
  throw new NetError(
    'IDEMPOTENCY_CONFLICT',
    'The idempotency key was used with another mutation or input: take a new key.',
  );
}
