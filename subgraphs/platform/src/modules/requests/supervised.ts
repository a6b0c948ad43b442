/** For other modules: a request is asked about. */
import { notFound, ownId, type Transaction } from '../../command.ts';
import { wrongState } from '../../life-cycle.ts';
import { publicProjection } from '../../loaders.ts';
import { applyEffects, supervision } from './effects.ts';
import { isOpen } from './life-cycle.ts';
import { serviceRequests, type ServiceRequestDoc } from './store.ts';

/** The request, which is under supervision from now on if it is open and was not yet; one that has gone is refused. */
export async function putUnderSupervision(
  transaction: Transaction,
  requestId: string,
): Promise<ServiceRequestDoc> {
  const { platform, session } = transaction;
  const id = ownId(platform, requestId);
  const request = await platform.db
    .collection<ServiceRequestDoc>(serviceRequests)
    .findOne({ _id: id }, { session, projection: publicProjection });
  if (!request) throw notFound(id, platform);
  if (request.status === 'TRANSFERRED' || request.status === 'IN_TRANSFER') {
    throw wrongState(platform, 'askSupervision', 'ServiceRequest', request.status);
  }
  if (!isOpen(request.status) || request.supervised) return request;
  return applyEffects(transaction, request, [supervision(transaction)]);
}
