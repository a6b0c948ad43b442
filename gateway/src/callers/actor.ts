/** Who performs a mutation: asserted by the credential, which the header can only make more exact. */
import { NetError, actorHeader, parseActor, type Actor } from '@onenet/contract';
import type { IncomingHttpHeaders } from 'node:http';
import type { Known } from './callers.ts';
import { badCaller } from './refusal.ts';

/** The actor of a caller; undefined where nobody is asserted, so that no mutation is carried out. */
export function actorOf(known: Known, headers: IncomingHttpHeaders): Actor | undefined {
  const named = readHeader(headers);
  // What this machine says of itself is believed.
  if (known.by === 'NOTHING') return named;
  const possible = known.by === 'TOKEN' ? actorsOfClient(known) : actorsOfPerson(known);
  if (!named) return possible[0];
  const actor = possible.find(
    ({ kind, reference }) => kind === named.kind && reference === named.reference,
  );
  if (actor) return actor;
  const texts = possible.map(({ kind, reference }) => `${kind.toLowerCase()}:${reference}`);
  throw new NetError(
    'ACTOR_NOT_ALLOWED',
    `${actorHeader} may be ${texts.join(' or ') || 'nobody'} with these credentials.`,
  );
}

/** A system may write as itself; for its officer it names them in both headers. */
function actorsOfClient({ caller: { client, person, scopes } }: Known): readonly Actor[] {
  if (!scopes.some((scope) => scope.endsWith(':write'))) return [];
  const system: Actor = { kind: 'SYSTEM', reference: client };
  return person === null ? [system] : [system, { kind: 'OFFICER', reference: person }];
}

function actorsOfPerson({ caller: { person } }: Known): readonly Actor[] {
  return person === null ? [] : [{ kind: 'OFFICER', reference: person }];
}

function readHeader(headers: IncomingHttpHeaders): Actor | undefined {
  const text = headers[actorHeader];
  if (text === undefined) return undefined;
  const actor = parseActor(text.toString());
  if (actor) return actor;
  throw badCaller(
    `${actorHeader} is not <kind>:<reference>, such as officer:desk-3, of worker, officer or system.`,
  );
}
