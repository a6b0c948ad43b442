/** Replaces a reference platform's sealing key: options in, the public key out. The platform may run meanwhile. */
import { parseArgs } from 'node:util';
import { platformByCode } from '@onenet/platforms';
import { MongoClient } from 'mongodb';
import { databaseName } from '../serve.ts';
import { rotateSealingKey } from '../modules/core/sealing-key.ts';

const help = `./onenet sealing-key --platform <code> [options]

Replaces the key to which others seal what a platform of the reference kind alone may read: keys of
comparisons and look-ups, transferred records. What is sealed to the one before is opened for some days
more: clients read it once a day, and a transfer may wait for its deadline.

  --platform <code>     the platform
  --keep-days <n>       for which the one before still opens (30); 0: not at all, as it is known to others
  --mongodb-uri <uri>   the platform's MongoDB; or MONGODB_URI (mongodb://127.0.0.1:4003/?replicaSet=onenet)
  --database-prefix <p> before platform_<code>, the database's name
  --database <uri>      of Yichang (420500) in Python, its PostgreSQL; or DATABASE_URL
                        (postgres://onenet@127.0.0.1:4004/onenet_420500); --platform 420500 --help
  --help`;

const { values } = parseArgs({
  options: {
    platform: { type: 'string', default: '' },
    'keep-days': { type: 'string', default: '30' },
    'mongodb-uri': {
      type: 'string',
      default: process.env['MONGODB_URI'] ?? 'mongodb://127.0.0.1:4003/?replicaSet=onenet',
    },
    'database-prefix': { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(help);
} else {
  const definition = platformByCode(values.platform);
  const days = Number(values['keep-days']);
  if (!definition) fail(`--platform ${values.platform}: no platform of the reference net.`);
  if (values['keep-days'] === '' || !(days >= 0 && days <= 365)) {
    fail(`--keep-days ${values['keep-days']}: from 0 to 365.`);
  }
  const client = await MongoClient.connect(values['mongodb-uri'], {
    serverSelectionTimeoutMS: 5_000,
  }).catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));
  try {
    const db = client.db(databaseName(definition.code, values['database-prefix']));
    const { publicJwk } = await rotateSealingKey(db, days * 86_400_000);
    console.log(publicJwk);
  } finally {
    await client.close();
  }
}

function fail(message: string): never {
  console.error(`sealing-key: ${message}`);
  process.exit(2);
}
