/** A program of its own for crash.test.ts: numbers what it finds until it is killed. */
import { platformEvents } from '../src/platform-event.ts';
import { setImmediate as turn } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { mongoStore, postgresPool, postgresStore } from '../src/index.ts';
import { Sequencer } from '../src/sequencer.ts';

const [uri = '', code = '', personKey = ''] = process.argv.slice(2);
const store = uri.startsWith('postgres')
  ? postgresStore(postgresPool(uri))
  : mongoStore((await new MongoClient(uri).connect()).db());
await store.prepare();
const sequencer = new Sequencer(
  // A short lease, so that the next one need not wait long after a kill.
  { ...store, takeLease: (holder) => store.takeLease(holder, 100) },
  {
    code,
    vocabulary: platformEvents,
    firsts: { personKey, maxAgeDays: 400 },
    onAppended: () => {},
  },
);
// Nobody is left to kill it: the test is gone.
process.stdin.resume().on('end', () => process.exit());
console.log('numbering');
const { signal } = new AbortController();
for (;;) {
  await sequencer.pass(signal);
  await turn();
}
