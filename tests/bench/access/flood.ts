/** A client that floods, in a process of its own: asks as fast as it can until it is told to stop, and counts what it is told. */
import { Agent, request } from 'undici';
import { answerParent } from '../child.ts';

/** What the parent sends: whom to flood; then `stop`. */
export type FloodMessage =
  | { readonly url: string; readonly token: string; readonly query: string }
  | 'stop';

/** Requests that were answered, by status. */
export type Flooded = Readonly<Record<string, number>>;

const connections = 64;
const dispatcher = new Agent({ connections });
const statuses: Record<string, number> = {};
let stopped = false;
let running: Promise<unknown> = Promise.resolve();

answerParent(async (message: FloodMessage): Promise<Flooded> => {
  if (message === 'stop') {
    stopped = true;
    await running;
  } else {
    running = Promise.all(Array.from({ length: connections }, () => flood(message)));
  }
  return statuses;
});

async function flood({ url, token, query }: Exclude<FloodMessage, 'stop'>): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const body = JSON.stringify({ query });
  while (!stopped) {
    const answer = await request(url, { method: 'POST', dispatcher, headers, body });
    await answer.body.dump();
    statuses[answer.statusCode] = (statuses[answer.statusCode] ?? 0) + 1;
  }
}
