/** The bounds of the wire format: what a platform may send and a reader must take. */

/** A line without its LF, bytes. */
export const maxLineBytes = 64 * 1024;
/** An answer, LFs included, bytes. */
export const maxAnswerBytes = 8 * 1024 * 1024;
/** `limit` when none is given, lines. */
export const defaultLimit = 5_000;
/** The greatest `limit`, lines. */
export const maxLimit = 20_000;
/** The longest `wait`, seconds. */
export const maxWaitSeconds = 60;
/** `onenet-pending` counts up to here. */
export const maxPendingCounted = 10_000;
