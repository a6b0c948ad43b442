/** What time it is, for ages on the page, and how often parts ask anew. */

/** Now in Unix milliseconds, every `everyMs`; still while the page is hidden. */
export class Clock {
  current = $state(Date.now());

  constructor(everyMs: number) {
    $effect(() => {
      const tick = () => {
        if (document.visibilityState === 'visible') this.current = Date.now();
      };
      const timer = setInterval(tick, everyMs);
      document.addEventListener('visibilitychange', tick);
      return () => {
        clearInterval(timer);
        document.removeEventListener('visibilitychange', tick);
      };
    });
  }
}
