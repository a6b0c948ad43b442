/** What the connection does when nothing comes: the browser's EventSource is played here, since Node has none. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveStream } from './stream.ts';
import type { Told } from './stream.ts';

/** As much of it as is used. */
class Source extends EventTarget {
  static readonly CLOSED = 2;
  readyState = 1;

  constructor() {
    super();
    sources.push(this);
  }

  hear(type: string, data: unknown = {}): void {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }));
  }

  close(): void {
    this.readyState = Source.CLOSED;
  }
}

let sources: Source[] = [];
let told: Told[] = [];
let stream: LiveStream;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', Source);
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
  sources = [];
  told = [];
  stream = new LiveStream('/live', (each) => told.push(each));
});

afterEach(() => {
  stream.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a stream on which nothing happens is alive as long as it beats', () => {
  sources[0]?.hear('open');
  for (let i = 0; i < 20; i++) {
    vi.advanceTimersByTime(15_000);
    sources[0]?.hear('beat');
  }
  expect(sources).toHaveLength(1);
  expect(told.map(({ state }) => state)).toEqual(['open']);
});

test('one that went silent is given up, and asked for anew', () => {
  sources[0]?.hear('open');
  sources[0]?.hear('snapshot', { asOf: '2026-03-01T00:00:00Z', events: [], totals: [], feeds: [] });
  vi.advanceTimersByTime(44_999);
  expect(sources).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(sources).toHaveLength(2);
  expect(sources[0]?.readyState).toBe(Source.CLOSED);
  expect(told.at(-1)).toMatchObject({ state: 'lost', picture: { asOf: '2026-03-01T00:00:00Z' } });
  // Nor does one wait for ever that never opens.
  vi.advanceTimersByTime(45_000);
  expect(sources).toHaveLength(3);
  sources[2]?.hear('open');
  expect(told.at(-1)?.state).toBe('open');
});

test('who stopped listening asks for nothing any more', () => {
  stream.stop();
  vi.advanceTimersByTime(600_000);
  expect(sources).toHaveLength(1);
});
