/** Part of step `limits`: how large the variables' values are. */
import { NetError } from '@onenet/contract';
import { limits } from './limits.ts';

/** Refuses variables of which one is over a limit, before anything walks through them without bounds. */
export function checkVariables(variables: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(variables)) check(value, name, 0);
}

function check(value: unknown, name: string, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= limits.valueDepth) {
    throw tooLarge(name, `has more than ${limits.valueDepth} values inside each other`);
  }
  if (Array.isArray(value) && value.length > limits.valueItems) {
    throw tooLarge(name, `has a list of ${value.length}, and the limit is ${limits.valueItems}`);
  }
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    check(item, name, depth + 1);
  }
}

function tooLarge(name: string, what: string): NetError {
  return new NetError('TOO_LARGE', `The variable $${name.slice(0, 64)} ${what}.`);
}
