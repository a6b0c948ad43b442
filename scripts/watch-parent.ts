/**
 * Loaded before a part's own code (`node --import`): the part stops when whoever started it is gone.
 *
 * The kernel closes the channel between the two when the starter ends, however it ends (SIGKILL
 * too), on Linux and macOS alike. The part is then asked to stop as by hand, and ended if it hangs.
 */
const graceMs = 10_000;

if (process.channel !== undefined && process.channel !== null) {
  process.once('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), graceMs).unref();
  });
  // Listening must not keep a part alive that has nothing left to do.
  process.channel.unref();
}
