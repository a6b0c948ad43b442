/**
 * Runs one program that cannot watch its own parent (mongod, postgres) and never outlives whoever
 * asked for it: `node supervise.ts <stop signal> <program> [args…]`, started with an IPC channel.
 *
 * The kernel closes the channel when the parent ends, however it ends (SIGKILL too), on Linux and
 * macOS alike; that is why this is a channel and not PR_SET_PDEATHSIG, which only Linux has.
 */
import { spawn } from 'node:child_process';

/** How long the program may take to end by itself before it is killed. */
const graceMs = 15_000;

const [stopSignal, program, ...args] = process.argv.slice(2);
if (program === undefined) throw new Error('supervise.ts: name the program to run.');

const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
child.once('error', (error) => {
  console.error(`${program}: ${error.message}`);
  process.exit(127);
});
child.once('exit', (code, signal) => {
  // A program that was asked to stop and obeyed is a good end.
  process.exit(code ?? (signal === stopSignal ? 0 : 1));
});
// The parent learns the program's own id, so that it can end it if this process is killed.
process.send?.({ pid: child.pid });

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
process.on('disconnect', stop);

function stop(): void {
  child.kill(stopSignal as NodeJS.Signals);
  setTimeout(() => child.kill('SIGKILL'), graceMs).unref();
}
