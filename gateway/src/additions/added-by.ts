/** Who added what: the directory says it by coordinate, so that no prefix has to be taken apart. */
import { NetError, type NetOwner, type NetSnapshot } from '@onenet/contract';
import type { Run } from '../owners/run.ts';
import { absenceOf } from '../owners/scope.ts';

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

/** The owner to ask for an addition; one that cannot be asked is an error. `field`: whose share decides, of a type. */
export function additionOwner(
  { context: { net }, offers }: Pick<Run, 'context' | 'offers'>,
  coordinate: string,
  field = coordinate,
): NetOwner {
  const owner = addedBy(net, coordinate);
  if (!owner) throw new NetError('NOT_OFFERED', undefined, { reason: 'NOT_OFFERED', coordinate });
  const reason = absenceOf(owner, { module: 'core', coordinate, field }, offers);
  if (!reason) return owner;
  throw new NetError(reason, undefined, { platform: owner.code, reason, coordinate });
}
