/** Whose access records a caller may see. */
import type { IncomingMessage } from 'node:http';
import {
  callerHeader,
  isOnThisMachine,
  localCaller,
  NetError,
  type Caller,
} from '@onenet/contract';

/**
 * Who asks, as the gateway says, which is believed on this machine only: anybody may write the header.
 * Without it, it is a program of this machine; from elsewhere, nobody is known.
 */
export function callerOf({ headers, socket }: IncomingMessage): Caller | undefined {
  const header = (name: string): string | undefined => headers[name]?.toString();
  if (!isOnThisMachine(socket.remoteAddress, header)) return undefined;
  const text = header(callerHeader);
  return text === undefined ? localCaller : decodeCaller(text);
}

/** Which records somebody may see. */
export interface Sight {
  /** Of this client alone. */
  readonly client?: string;
  /** Of calls to this platform alone, and of them no other platform's part. */
  readonly platform?: string;
}

/** Each record by itself. */
export function sightOfRecords(caller: Caller | undefined): Sight {
  const sight = sightOf(caller);
  if (sight) return sight;
  throw notAllowed('Access records are for administrators, auditors, platform teams and clients.');
}

/** How many there were. */
export function sightOfSummary(caller: Caller | undefined): Sight {
  const sight = caller?.roles.includes('leader') === true ? {} : sightOf(caller);
  if (sight) return sight;
  throw notAllowed('The summary of access is for people who signed in, and for clients.');
}

function sightOf(caller: Caller | undefined): Sight | undefined {
  if (!caller) return undefined;
  const { client, roles, platform } = caller;
  if (client === 'local' || roles.includes('administrator') || roles.includes('auditor')) return {};
  if (roles.includes('team') && platform !== null) return { platform };
  return roles.includes('consumer') ? { client } : undefined;
}

function notAllowed(message: string): NetError {
  return new NetError('NOT_ALLOWED', message);
}

/** As `encodeCaller` wrote it; what is none is nobody. */
function decodeCaller(text: string): Caller | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return isCaller(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isCaller(value: unknown): value is Caller {
  if (typeof value !== 'object' || value === null) return false;
  const { client, roles, platform } = value as Partial<Record<keyof Caller, unknown>>;
  return (
    typeof client === 'string' &&
    Array.isArray(roles) &&
    roles.every((role) => typeof role === 'string') &&
    (platform === null || typeof platform === 'string')
  );
}
