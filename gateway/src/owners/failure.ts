/** Why an owner's part is missing: the reasons of the contract's `AbsenceReason`, and what goes out as an error. */
import { NetError, errorCodes, isNetErrorCode, type NetErrorCode } from '@onenet/contract';
import type { GraphQLFormattedError } from 'graphql';
import type { Unoffered } from './offer.ts';

/** Owners that should have answered and did not; REFUSED is one that need not. */
export type FailureReason =
  | 'UNREACHABLE'
  | 'TIMEOUT'
  | 'BREAKER_OPEN'
  | 'INVALID'
  | 'OVER_BUDGET'
  | 'MAINTENANCE'
  | 'HELD_BACK'
  | 'NOT_OFFERED'
  | 'REFUSED';

/** A part that is missing. */
export interface Failure {
  readonly reason: FailureReason;
  /** What was wrong, for the log: never an owner's words or values. */
  readonly detail: string;
  /** The code that the owner gave, if it stands in the table. */
  readonly code?: NetErrorCode;
  /** Whether the request may have reached the owner. */
  readonly sent: boolean;
  /** What of the contract the owner lacks or withholds, where that is why it was not asked. */
  readonly coordinate?: string;
  /** The record's status, where that is why the owner refused. */
  readonly recordStatus?: string;
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

/** A part that is missing. */
export function failed(reason: FailureReason, detail: string, sent = true): Failure {
  return { reason, detail, sent };
}

/** The operation uses what the owner lacks, or withholds from the caller: nothing is sent. */
export function unoffered(why: Unoffered, coordinate?: string): Failure {
  const failure = { ...failed(why, coordinate ?? 'of a kind', false), code: why };
  return coordinate === undefined ? failure : { ...failure, coordinate };
}

/** The owner itself said no, with a code of the table or without one. */
export function refused(code: unknown, detail: string): Failure {
  const known = isNetErrorCode(code) ? code : undefined;
  const reason = (known && reasons[known]) ?? 'INVALID';
  const passing = mayPass(known) ? { code: known } : {};
  return { ...failed(reason, known ? `${detail}, ${known}` : detail), refused: true, ...passing };
}

const reasons: Readonly<Partial<Record<NetErrorCode, FailureReason>>> = {
  NOT_OFFERED: 'NOT_OFFERED',
  REFUSED: 'REFUSED',
  TOO_LARGE: 'OVER_BUDGET',
  UNAVAILABLE: 'MAINTENANCE',
};

/** The error for the missing part of one owner, where one owner is asked: routed fields and entities. */
export function ownerError(platform: string, failure: Failure, incident: string): NetError {
  const { code, reason, coordinate } = failure;
  if (code && coordinate !== undefined) {
    return new NetError(code, undefined, { platform, reason, coordinate });
  }
  if (code === 'REFUSED') return new NetError(code, undefined, { platform, reason });
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
