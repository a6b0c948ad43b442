/** What the tabs of a browser share: one stream, told to all of them. It ends with the last tab. */
/* oxlint-disable unicorn/require-post-message-target-origin -- ports and channels stay within an origin, and take none */
import { LiveStream } from './stream.ts';

/** A tab says where the stream is when it comes, and `null` when it goes. */
export type FromTab = string | null;

const tabs = new Set<MessagePort>();
let stream: LiveStream | undefined;

addEventListener('connect', (event) => {
  const [tab] = (event as MessageEvent).ports;
  if (!tab) return;
  tab.addEventListener('message', ({ data }: MessageEvent<FromTab>) => {
    if (data === null) leave(tab);
    else join(tab, data);
  });
  tab.start();
});

function join(tab: MessagePort, address: string): void {
  tabs.add(tab);
  stream ??= new LiveStream(address, (told) => {
    for (const each of tabs) each.postMessage(told);
  });
  stream.hurry();
  tab.postMessage(stream.told);
}

function leave(tab: MessagePort): void {
  tabs.delete(tab);
  if (tabs.size > 0) return;
  stream?.stop();
  stream = undefined;
}
