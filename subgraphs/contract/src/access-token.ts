/** What access tokens are, for whoever issues and whoever verifies them. https://www.rfc-editor.org/rfc/rfc9068 */

/** `typ` of the header: nothing else that is signed passes for one. */
export const accessTokenType = 'at+jwt';

/** `aud`: whom they are for. */
export const accessTokenAudience = 'onenet';

/** How long one holds, seconds. */
export const accessTokenSeconds = 600;

/** In which folder of the net's keys theirs are. */
export const accessTokenKeys = 'tokens';
