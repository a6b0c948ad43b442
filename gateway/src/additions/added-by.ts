/** Who added what: the directory says it by coordinate, so that no prefix has to be taken apart. */
import { NetError, errorCodes, type NetOwner, type NetSnapshot } from '@onenet/contract';
import { standingAbsence } from '../owners/scope.ts';

const known = new WeakMap<NetSnapshot, ReadonlyMap<string, NetOwner>>();

/** The owner that added a root field, a field on a record, or a type. */
export function addedBy(net: NetSnapshot, coordinate: string): NetOwner | undefined {
  let owners = known.get(net);
  if (!owners) {
    owners = new Map(
      net.owners.flatMap((owner) => owner.additions.map((addition) => [addition, owner])),
    );
    known.set(net, owners);
  }
  return owners.get(coordinate);
}

/** The owner to ask for an addition; one that cannot be asked is an error. */
export function additionOwner(net: NetSnapshot, coordinate: string): NetOwner {
  const owner = addedBy(net, coordinate);
  const reason = owner ? standingAbsence(owner, { module: 'core', coordinate }) : 'NOT_OFFERED';
  if (owner && !reason) return owner;
  const absence = reason ?? 'NOT_OFFERED';
  throw new NetError(absence, errorCodes[absence].message, {
    ...(owner && { platform: owner.code }),
    reason: absence,
    coordinate,
  });
}
