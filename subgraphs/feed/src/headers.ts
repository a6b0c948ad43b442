/** The names of the feed's response headers. */

/** Sequence of the first line that is still served. */
export const firstSequenceHeader = 'onenet-first-sequence';
/** Sequence of the newest line of the log; 20 zeros while there is none. */
export const lastSequenceHeader = 'onenet-last-sequence';
/** All that was committed before this time is numbered. RFC 3339. */
export const completeToHeader = 'onenet-complete-to';
/** Entries that are committed and not numbered yet. */
export const pendingHeader = 'onenet-pending';
/** Entries that were no events and stand aside. */
export const quarantinedHeader = 'onenet-quarantined';
/** The chain's head at this answer's last line. */
export const chainHeader = 'onenet-chain';
