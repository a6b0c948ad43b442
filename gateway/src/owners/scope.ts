/** Who is asked: the owners that the directory names, and which of them a place concerns. */
import {
  NetError,
  divisionContains,
  type ModuleName,
  type NetOwner,
  type NetSnapshot,
} from '@onenet/contract';
import type { Absence } from '../context.ts';
import { offerOf, type Unoffered } from './offer.ts';
import type { Offers } from './offers.ts';

/** A snapshot of the net, ready to be looked things up in. */
export interface Net {
  owner(code: string): NetOwner | undefined;
  /** Of the owners whose divisions these places concern, who is asked for something. */
  scope(places: readonly string[], wanted: WantedOfOwner): Scope;
}

/** A field or type that owners may have: schema coordinate, and the module that it belongs to. */
export interface WantedOfOwner {
  readonly module: ModuleName;
  readonly coordinate: string;
  /** The field whose share decides for a type; the coordinate's own where it is a field. */
  readonly field?: string;
}

/** The owners in scope. */
export interface Scope {
  /** In the directory's order. */
  readonly asked: readonly NetOwner[];
  /** Standing absences. */
  readonly notAsked: readonly Absence[];
}

/** Distinct scopes kept for one snapshot: places times modules, where few are ever asked for. */
const keptScopes = 10_000;

const nets = new WeakMap<NetSnapshot, Net>();

/** The snapshot's look-ups, made once. */
export function netOf(snapshot: NetSnapshot): Net {
  const known = nets.get(snapshot);
  if (known) return known;
  const byCode = new Map(snapshot.owners.map((owner) => [owner.code, owner]));
  const scopes = new Map<string, Scope>();
  const net: Net = {
    owner: (code) => byCode.get(code),
    scope(places, wanted) {
      const key = `${wanted.coordinate} ${places.join(' ')}`;
      const cached = scopes.get(key);
      if (cached) return cached;
      const owners = snapshot.owners.filter((owner) =>
        places.every((place) => concerns(owner, place)),
      );
      if (scopes.size >= keptScopes) scopes.clear();
      const scope = scopeOf(owners, wanted);
      scopes.set(key, scope);
      return scope;
    },
  };
  nets.set(snapshot, net);
  return net;
}

/** Sorts owners in scope into who is asked and who is absent for good. */
export function scopeOf(owners: readonly NetOwner[], wanted: WantedOfOwner): Scope {
  const asked: NetOwner[] = [];
  const notAsked: Absence[] = [];
  for (const owner of owners) {
    const reason = standingAbsence(owner, wanted);
    if (reason) notAsked.push({ platform: owner.code, reason });
    else asked.push(owner);
  }
  return { asked, notAsked };
}

/** A scope without the owners that withhold what is wanted from the caller. */
export function grantedOf(scope: Scope, wanted: WantedOfOwner, offers: Offers): Scope {
  const refusing = scope.asked.filter((owner) => isRefused(owner, wanted, offers));
  return refusing.length === 0 ? scope : withRefusals(scope, refusing);
}

/** Owners that refuse are standing absences: nothing is sent to them. */
export function withRefusals({ asked, notAsked }: Scope, refusing: readonly NetOwner[]): Scope {
  const refusals = refusing.map(({ code }) => ({ platform: code, reason: 'REFUSED' }));
  return {
    asked: asked.filter((owner) => !refusing.includes(owner)),
    notAsked: [...notAsked, ...refusals],
  };
}

function isRefused(owner: NetOwner, wanted: WantedOfOwner, offers: Offers): boolean {
  return offers.refuses(owner, wanted.field ?? wanted.coordinate);
}

/** Why an owner is not even asked, if so, whoever asks: it is not connected, or does not offer the field at all. */
function standingAbsence(
  owner: NetOwner,
  { module, coordinate }: WantedOfOwner,
): 'NOT_CONNECTED' | 'NOT_OFFERED' | undefined {
  if (owner.connection === 'REGISTERED' || owner.connection === 'SUSPENDED') return 'NOT_CONNECTED';
  const { modules, lacks } = offerOf(owner);
  return modules.has(module) && !lacks.has(coordinate) ? undefined : 'NOT_OFFERED';
}

/** The owner of a code, for what is asked of one owner; one that cannot be asked is an error. */
export function ownerToAsk(
  net: Net,
  code: string,
  wanted: WantedOfOwner,
  offers: Offers,
): NetOwner {
  const owner = net.owner(code);
  if (!owner) throw unknownPlatform(code);
  const reason = absenceOf(owner, wanted, offers);
  if (reason) throw new NetError(reason, undefined, { platform: code, reason });
  return owner;
}

/** Why the caller cannot ask an owner for something, if so. */
export function absenceOf(
  owner: NetOwner,
  wanted: WantedOfOwner,
  offers: Offers,
): 'NOT_CONNECTED' | Unoffered | undefined {
  return (
    standingAbsence(owner, wanted) ?? (isRefused(owner, wanted, offers) ? 'REFUSED' : undefined)
  );
}

/** No owner has this code. */
export function unknownPlatform(code: string): NetError {
  return new NetError('UNKNOWN_PLATFORM', `No platform of the net has the code "${code}".`, {
    platform: code,
  });
}

/** A place asks the owners that serve it, something above it or something below it. */
export function concerns(owner: NetOwner, place: string): boolean {
  return owner.serves.some(
    (served) => divisionContains(served, place) || divisionContains(place, served),
  );
}
