/** GET /access: the owner's access record, line by line with the heads of its chain, for whoever checks it against the net's. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccessLine, Admitted, Guard } from '@onenet/assertion';
import { sendProblem } from '@onenet/feed';

/** Lines of one answer: at most, and when none is asked for. */
const mostLines = 5_000;
/** Bytes of one answer, unless its first line has more. */
const mostBytes = 8 * 1024 * 1024;

/** Who reads it is in it as well. It names every consumer, so it is for the province, and for this machine. */
export async function answerAccess(
  guard: Pick<Guard, 'lines' | 'lastSequence'>,
  { issuer, record }: Admitted,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refuse = async (status: 400 | 403 | 405, code: string, detail: string): Promise<void> => {
    await record({ status });
    sendProblem(response, status, code, detail);
  };
  if (request.method !== 'GET') {
    response.setHeader('allow', 'GET');
    return await refuse(405, 'BAD_REQUEST', 'The access record is read with GET.');
  }
  if (issuer !== null && issuer !== 'province') {
    return await refuse(403, 'NOT_ALLOWED', 'The access record is for the province to read.');
  }
  const given = new URL(request.url ?? '/', 'http://owner').searchParams;
  const after = wholeNumber(given.get('after') ?? '0', Number.MAX_SAFE_INTEGER);
  const limit = wholeNumber(given.get('limit') ?? String(mostLines), mostLines);
  if (after === undefined || limit === undefined || limit === 0) {
    const detail = `\`after\` is a sequence, \`limit\` from 1 to ${mostLines}.`;
    return await refuse(400, 'BAD_INPUT', detail);
  }
  const last = await guard.lastSequence();
  const body = Buffer.concat(within(await guard.lines(after, limit)));
  await record({ status: 200 });
  response.writeHead(200, {
    'content-type': 'application/x-ndjson',
    // Reading makes lines: who reads on until there are none never ends.
    'onenet-last-sequence': last,
    'content-length': body.byteLength,
    'cache-control': 'no-store',
  });
  response.end(body);
}

function within(lines: readonly AccessLine[]): readonly Buffer[] {
  let bytes = 0;
  const written = lines.map((line) => Buffer.from(`${JSON.stringify(line)}\n`, 'utf8'));
  return written.filter(({ byteLength }, i) => (bytes += byteLength) <= mostBytes || i === 0);
}

function wholeNumber(text: string, most: number): number | undefined {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return value <= most ? value : undefined;
}
