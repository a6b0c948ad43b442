/** One connection to `/live`: what it tells, put together, and that it comes back by itself. */
import { liveChange, liveSnapshot } from '../api/live.ts';
import type { Read } from '../api/read.ts';
import { withChange, withSnapshot, type LivePicture } from './picture.ts';

export type LiveState = 'connecting' | 'open' | 'lost';

/** All that a page needs to know; plain data, so that it can go from one tab to another. */
export interface Told {
  readonly state: LiveState;
  readonly picture: LivePicture | undefined;
  /** When the picture came, Unix milliseconds. */
  readonly at: number;
}

export type Tell = (told: Told) => void;

/** A refused stream the browser does not try again: we do, less and less often. */
const retryMs = { first: 5_000, most: 60_000 };
/** A beat comes every 15 seconds: who hears nothing for so long has no connection, whatever the browser believes. */
const silenceMs = 45_000;

export class LiveStream {
  readonly #address: string;
  readonly #tell: Tell;
  #source: EventSource | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #waitMs = retryMs.first;
  #told: Told = { state: 'connecting', picture: undefined, at: 0 };

  constructor(address: string, tell: Tell) {
    this.#address = address;
    this.#tell = tell;
    this.#connect();
    // A network that is back does not wait for a timer.
    globalThis.addEventListener('online', this.#reconnect);
  }

  /** For whoever comes later. */
  get told(): Told {
    return this.#told;
  }

  /** Somebody has come who may have signed in since: what was refused then is tried again. */
  hurry(): void {
    if (this.#source?.readyState === EventSource.CLOSED) this.#reconnect();
  }

  stop(): void {
    globalThis.removeEventListener('online', this.#reconnect);
    clearTimeout(this.#again);
    clearTimeout(this.#silence);
    this.#source?.close();
  }

  readonly #reconnect = (): void => {
    clearTimeout(this.#again);
    this.#source?.close();
    this.#connect();
  };

  #connect(): void {
    const source = new EventSource(this.#address);
    this.#source = source;
    this.#heard();
    source.addEventListener('beat', () => this.#heard());
    source.addEventListener('open', () => {
      this.#waitMs = retryMs.first;
      this.#say({ ...this.#told, state: 'open' });
    });
    source.addEventListener('error', () => {
      this.#say({ ...this.#told, state: 'lost' });
      if (source.readyState !== EventSource.CLOSED) return;
      this.#again = setTimeout(this.#reconnect, this.#waitMs);
      this.#waitMs = Math.min(this.#waitMs * 2, retryMs.most);
    });
    source.addEventListener('snapshot', ({ data }: MessageEvent<string>) => {
      const told = parse(data, liveSnapshot);
      if (told) this.#saw(withSnapshot(this.#told.picture, told));
    });
    source.addEventListener('change', ({ data }: MessageEvent<string>) => {
      const change = parse(data, liveChange);
      if (change && this.#told.picture) this.#saw(withChange(this.#told.picture, change));
    });
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#say({ ...this.#told, state: 'lost' });
      this.#reconnect();
    }, silenceMs);
  }

  #saw(picture: LivePicture): void {
    this.#heard();
    this.#say({ state: 'open', picture, at: Date.now() });
  }

  #say(told: Told): void {
    this.#told = told;
    this.#tell(told);
  }
}

/** Null for a message of a later version: what it changes, the next full answer brings. */
function parse<T>(data: string, read: Read<T>): T | null {
  try {
    return read(JSON.parse(data) as unknown, 'live');
  } catch {
    return null;
  }
}
