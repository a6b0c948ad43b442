/**
 * One live connection per browser, however many tabs: a browser has six to one host. A shared worker holds it
 * where there are some; else the tab that has the lock does and tells the others; else each tab has its own.
 */
/* oxlint-disable unicorn/require-post-message-target-origin -- ports and channels stay within an origin, and take none */
import { LiveStream, type Tell, type Told } from './stream.ts';
import type { FromTab } from './worker.ts';

/** Listens from now on; gives the way to stop. */
export function shareLive(address: string, tell: Tell): () => void {
  const share = 'SharedWorker' in globalThis ? byWorker : 'locks' in navigator ? byLeader : alone;
  let stop: (() => void) | undefined = share(address, tell);
  // A page that is kept for the back button holds nothing meanwhile.
  const leave = () => {
    stop?.();
    stop = undefined;
  };
  const come = ({ persisted }: PageTransitionEvent) => {
    if (persisted) stop ??= share(address, tell);
  };
  addEventListener('pagehide', leave);
  addEventListener('pageshow', come);
  return () => {
    removeEventListener('pagehide', leave);
    removeEventListener('pageshow', come);
    leave();
  };
}

function alone(address: string, tell: Tell): () => void {
  const stream = new LiveStream(address, tell);
  return () => stream.stop();
}

function byWorker(address: string, tell: Tell): () => void {
  const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    name: 'onenet-live',
  });
  const say = (said: FromTab) => worker.port.postMessage(said);
  worker.port.addEventListener('message', ({ data }: MessageEvent<Told>) => tell(data));
  worker.port.start();
  say(address);
  // Where a worker may not be started, the tab does without.
  let own: (() => void) | undefined;
  worker.addEventListener('error', () => {
    own ??= alone(address, tell);
  });
  return () => {
    say(null);
    worker.port.close();
    own?.();
  };
}

/** What a tab that has just come asks of whoever holds the stream. */
const asks = 'onenet.live?';

function byLeader(address: string, tell: Tell): () => void {
  const name = `onenet.live ${address}`;
  const channel = new BroadcastChannel(name);
  const gone = new AbortController();
  let stream: LiveStream | undefined;
  channel.addEventListener('message', ({ data }: MessageEvent<Told | typeof asks>) => {
    if (data !== asks) tell(data);
    else if (stream) {
      stream.hurry();
      channel.postMessage(stream.told);
    }
  });
  channel.postMessage(asks);
  const lead = () =>
    new Promise<void>((resolve) => {
      stream = new LiveStream(address, (told) => {
        tell(told);
        channel.postMessage(told);
      });
      gone.signal.addEventListener('abort', () => resolve());
    });
  // The browser gives the lock to the next tab when this one is gone, however it went.
  navigator.locks.request(name, { signal: gone.signal }, lead).catch(() => undefined);
  return () => {
    gone.abort();
    stream?.stop();
    channel.close();
  };
}
