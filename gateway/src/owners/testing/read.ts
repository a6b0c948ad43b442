/** Reads a place in an answer; a test that reads what is not there fails with the whole answer. */
import type { Answer } from './memory-net.ts';

/** The value at a path, taken as what the test expects there. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what a test expects there is the test's to say
export function at<Value>(answer: Answer, ...path: readonly (string | number)[]): Value {
  let value: unknown = answer.data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) {
      throw new Error(`Nothing at ${path.join('.')}: ${JSON.stringify(answer)}`);
    }
    value = Object.getOwnPropertyDescriptor(value, step)?.value;
  }
  return value as Value;
}
