/** Who asks the province's subgraph: the gateway's word, taken from this machine only. */
import type { IncomingMessage } from 'node:http';
import { callerHeader, isOnThisMachine, localCaller, type Caller } from '@onenet/contract';

/** Undefined: from elsewhere, so that nobody is known to ask. What says nothing is this machine itself. */
export function callerOf({ headers, socket }: IncomingMessage): Caller | undefined {
  const header = (name: string) => headers[name]?.toString();
  if (!isOnThisMachine(socket.remoteAddress, header)) return undefined;
  const text = header(callerHeader);
  return text === undefined ? localCaller : decodeCaller(text);
}

function decodeCaller(text: string): Caller | undefined {
  const value = parsed(Buffer.from(text, 'base64url').toString('utf8'));
  if (typeof value !== 'object' || value === null) return undefined;
  const { client, person, roles, platform, scopes, purpose } = value as Record<string, unknown>;
  if (typeof client !== 'string' || !isTexts(roles) || !isTexts(scopes)) return undefined;
  if (!isTextOrNull(person) || !isTextOrNull(platform) || !isTextOrNull(purpose)) return undefined;
  return { client, person, roles, platform, scopes, purpose };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
