/** What the province knows of records on their way between platforms; no record's content. */
import { ask, type Answer } from './client.ts';
import { list, nullable, object, text, truth, type Reads } from './read.ts';

const transfer = object({
  id: text,
  kind: text,
  fromCode: text,
  toCode: text,
  status: text,
  startedAt: text,
  dueAt: text,
  isOverdue: truth,
  problem: nullable(object({ platformCode: text, code: text })),
});
export type Transfer = Reads<typeof transfer>;

/** The open ones from a platform or to it, newest first; at most 20. */
export async function askOpenTransfers(
  platform: string,
  signal: AbortSignal,
): Promise<Answer<readonly Transfer[]>> {
  const document = /* GraphQL */ `
    query OpenTransfers($platform: ID!, $open: [TransferStatus!]) {
      transfers(platform: $platform, statuses: $open, first: 20) {
        nodes {
          id
          kind
          fromCode
          toCode
          status
          startedAt
          dueAt
          isOverdue
          problem {
            platformCode
            code
          }
        }
      }
    }
  `;
  const open = ['OFFERING', 'OFFERED', 'ACCEPTING', 'ACCEPTED', 'WITHDRAWING'];
  const shape = object({ transfers: object({ nodes: list(transfer) }) });
  const answer = await ask(document, { platform, open }, shape, signal);
  return { ...answer, data: answer.data.transfers.nodes };
}
