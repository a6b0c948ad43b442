/** Refusals of who calls: 401 says how to do better (https://www.rfc-editor.org/rfc/rfc6750#section-3). */
import { errorCodes } from '@onenet/contract';
import { HttpRefusal } from '../http-request.ts';

const challenge = 'Bearer realm="onenet"';

/** Nothing was given by which the caller could be known. */
export function credentialsRequired(): HttpRefusal {
  const { message } = errorCodes.CREDENTIALS_REQUIRED;
  return new HttpRefusal(401, 'CREDENTIALS_REQUIRED', message, { 'www-authenticate': challenge });
}

/** An access token does not hold; `why` is shown: ASCII without quotes. */
export function tokenInvalid(why: string): HttpRefusal {
  const header = `${challenge}, error="invalid_token", error_description="${why}"`;
  return new HttpRefusal(401, 'CREDENTIALS_INVALID', why, { 'www-authenticate': header });
}

/** A session does not hold: the browser forgets it, so that its next call is nobody's and not refused again. */
export function sessionInvalid(): HttpRefusal {
  return new HttpRefusal(401, 'CREDENTIALS_INVALID', 'The session has ended: sign in again.', {
    'www-authenticate': challenge,
    'set-cookie': 'onenet-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
  });
}

/** Who calls is known, and may not. */
export function notAllowed(message: string): HttpRefusal {
  return new HttpRefusal(403, 'NOT_ALLOWED', message);
}

/** A header of the caller is not understood, or not for this caller. */
export function badCaller(
  message: string,
  details?: Readonly<Record<string, unknown>>,
): HttpRefusal {
  return new HttpRefusal(400, 'BAD_REQUEST', message, {}, details);
}

/** Who could say who calls does not answer. */
export function cannotTell(): HttpRefusal {
  const text = 'Who calls cannot be told right now, because the province does not answer.';
  return new HttpRefusal(503, 'UNAVAILABLE', text, { 'retry-after': '1' });
}
