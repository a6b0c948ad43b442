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

/** What of the transfers is asked for; all that is given holds together. */
export interface TransfersAsked {
  /** From it or to it. */
  readonly platform?: string;
  readonly kind?: 'MEMBER' | 'SERVICE_REQUEST';
  /** Only those that have not ended. */
  readonly open: boolean;
}

const openStatuses = ['OFFERING', 'OFFERED', 'ACCEPTING', 'ACCEPTED', 'WITHDRAWING'];

/** Newest first; at most 20. */
export async function askTransfers(
  { platform, kind, open }: TransfersAsked,
  signal: AbortSignal,
): Promise<Answer<readonly Transfer[]>> {
  const document = /* GraphQL */ `
    query Transfers($platform: ID, $kind: TransferKind, $statuses: [TransferStatus!]) {
      transfers(platform: $platform, kind: $kind, statuses: $statuses, first: 20) {
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
  const shape = object({ transfers: object({ nodes: list(transfer) }) });
  const variables = { platform, kind, statuses: open ? openStatuses : null };
  const answer = await ask(document, variables, shape, signal);
  return { ...answer, data: answer.data.transfers.nodes };
}
