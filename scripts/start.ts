/** `npm start`: the whole net in the foreground. */
import { up } from './up.ts';

process.exitCode = await up(
  process.argv.slice(2),
  'npm start -- [options]\n\nRuns the whole net in the foreground, with data of its own.',
);
