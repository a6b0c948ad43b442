/** The form of one language's words, for the others. */

/** Same keys as `T`; a word stays a word, a sentence with blanks keeps its blanks. */
export type Same<T> = {
  readonly [K in keyof T]: T[K] extends (...blanks: infer B) => string
    ? (...blanks: B) => string
    : T[K] extends string
      ? string
      : Same<T[K]>;
};
