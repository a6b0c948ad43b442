/** What comes of one case of a test vector. */

/** Undefined where the case comes out; else what did not. */
export type Outcome = string | undefined;

/** Compares what came with what the file says. */
export function same(what: string, came: unknown, wanted: unknown): Outcome {
  const [a, b] = [JSON.stringify(came), JSON.stringify(wanted)];
  return a === b ? undefined : `${what}: ${a} instead of ${b}`;
}
