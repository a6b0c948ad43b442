/** Writes the reference records of one platform to standard output, as NDJSON. */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { platformByCode, referenceRecords } from '@onenet/platforms';
import { exportLines } from './export.ts';

const { values } = parseArgs({
  options: {
    platform: { type: 'string', default: '' },
    scale: { type: 'string', default: '0.01' },
    help: { type: 'boolean', default: false },
  },
});
const definition = platformByCode(values.platform);
const scale = Number(values.scale);
if (values.help || definition === undefined || !(scale > 0 && scale <= 1)) {
  console.error(`node src/export/main.ts --platform <code> [--scale <share>] > records.ndjson

Writes the reference records of a platform and their events, for a loader of its own.
--scale: share of the large figures that becomes records, above 0, at most 1 (default 0.01).`);
  process.exit(values.help ? 0 : 2);
}

const records = referenceRecords(definition, { scale, now: new Date() });
for (const line of exportLines(definition, records)) {
  // A reader that is slower than we are is waited for.
  if (!process.stdout.write(line)) await once(process.stdout, 'drain');
}
