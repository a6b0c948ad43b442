/** What is loaded on its own, after the page's own scripts: charts, panels further down, editors. */
import { at } from './address.ts';

/** As long as a `Part` waits. */
const retryMs = 8000;
/** A page that is younger would hardly be made whole by being loaded anew. */
const leastAgeMs = 120_000;

// Vite takes a style sheet or script for loaded while its element stands in the page, even where that failed.
globalThis.addEventListener?.(
  'error',
  ({ target }) => {
    if (target instanceof HTMLLinkElement) target.remove();
  },
  true,
);

/**
 * Gives `use` what `load` imports; without a network, as soon as that is back. What is returned stops it.
 * Most browsers before 2026 keep for good that an import failed, and a newer build may have taken the place of what
 * is imported: where the net answers and the import fails all the same, the page is loaded anew.
 */
export function whenLoaded<T>(load: () => Promise<T>, use: (loaded: T) => void): () => void {
  let gone = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function attempt(failed: () => void): void {
    load().then(
      (loaded) => {
        if (!gone) use(loaded);
      },
      () => {
        if (!gone) failed();
      },
    );
  }

  function later(): void {
    timer = setTimeout(() => void again(), retryMs);
  }

  async function again(): Promise<void> {
    const answers = await netAnswers();
    if (gone) return;
    if (!answers) return later();
    attempt(() => {
      later();
      // Not under the hands of somebody who is writing.
      const isFree = document.querySelector('dialog[open]') === null;
      if (isFree && performance.now() > leastAgeMs) location.reload();
    });
  }

  attempt(later);
  return () => {
    gone = true;
    clearTimeout(timer);
  };
}

function netAnswers(): Promise<boolean> {
  return fetch(at('/_app/version.json'), { cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Runs it when the browser has painted everything else. What is returned stops it. */
export function whenIdle(run: () => void): () => void {
  if (!('requestIdleCallback' in globalThis)) {
    const timer = setTimeout(run, 200);
    return () => clearTimeout(timer);
  }
  const idle = requestIdleCallback(run, { timeout: 1500 });
  return () => cancelIdleCallback(idle);
}
