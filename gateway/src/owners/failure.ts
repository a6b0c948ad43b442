/** Why an owner's part is missing: the reasons of the contract's `AbsenceReason`, and what goes out as an error. */
import { NetError, errorCodes, isNetErrorCode, type NetErrorCode } from '@onenet/contract';
import type { GraphQLFormattedError } from 'graphql';
import { randomUUID } from 'node:crypto';

/** Owners in scope that are not asked; they count against nothing. */
export type StandingReason = 'NOT_CONNECTED' | 'NOT_OFFERED' | 'REFUSED';

/** Owners that should have answered and did not. */
export type FailureReason =
  | 'UNREACHABLE'
  | 'TIMEOUT'
  | 'BREAKER_OPEN'
  | 'INVALID'
  | 'OVER_BUDGET'
  | 'MAINTENANCE'
  | 'HELD_BACK'
  | 'NOT_OFFERED';

/** A part that is missing. */
export interface Failure {
  readonly reason: FailureReason;
  /** What was wrong, for the log: never an owner's words or values. */
  readonly detail: string;
  /** The code that the owner gave, if it stands in the table. */
  readonly code?: NetErrorCode;
  /** Whether the request may have reached the owner. */
  readonly sent: boolean;
  /** The owner itself answered that it will not or cannot. */
  readonly refused?: true;
  /** The owner answered null, without an error: there is no such thing. */
  readonly absent?: true;
}

/** A place in an answer. */
export type ResponsePath = readonly (string | number)[];

/** An error that may go out, at its place. */
export function errorAt(path: ResponsePath, error: NetError): GraphQLFormattedError {
  return { message: error.message, path, extensions: error.extensions };
}

/** What is thrown, as an error that may go out: what was not meant to be seen becomes a code. */
export function asNetError(thrown: unknown): NetError {
  if (thrown instanceof NetError) return thrown;
  return new NetError('INTERNAL', errorCodes.INTERNAL.message, { incident: randomUUID() });
}

/** The error for the missing part of one owner, where one owner is asked: routed fields and entities. */
export function ownerError(platform: string, failure: Failure, incident: string): NetError {
  const { code, reason } = failure;
  if (code && mayPass(code)) return new NetError(code, undefined, { platform });
  return new NetError('OWNER_FAILED', undefined, { platform, reason, incident });
}

/** Whether an owner's code goes out as it is: its own failures do not, they are known here by a reason. */
export function mayPass(code: unknown): code is NetErrorCode {
  return isNetErrorCode(code) && errorCodes[code].fault !== 'net' && code !== 'OWNER_FAILED';
}

/** Whether the caller, not the owner, is at fault. */
export function isCallersFault(code: unknown): code is NetErrorCode {
  return isNetErrorCode(code) && errorCodes[code].fault === 'caller';
}
