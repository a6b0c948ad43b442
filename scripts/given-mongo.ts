/** Asks the MongoDB that the user names whether it will do, before anything is started with it. */
import { MongoClient } from 'mongodb';

const answersWithinMs = 3_000;

/** Refuses a MongoDB that does not answer, or that is no replica set. */
export async function checkGivenMongo(uri: string): Promise<void> {
  const client = clientOf(uri);
  // The hosts alone: the URI may hold a password.
  const { srvHost, hosts } = client.options;
  const name = `The MongoDB of MONGODB_URI or --mongodb-uri (${srvHost ?? hosts.join(', ')})`;
  try {
    const hello = await client
      .db('admin')
      .command({ hello: 1 })
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`${name} does not answer: ${reason}`, { cause: error });
      });
    // A cluster's router (`isdbgrid`) has transactions and change streams as well.
    if (hello['setName'] === undefined && hello['msg'] !== 'isdbgrid') {
      throw new Error(
        `${name} is no replica set: transactions and change streams need one ` +
          '(start mongod with --replSet, then rs.initiate()).',
      );
    }
  } finally {
    await client.close();
  }
}

function clientOf(uri: string): MongoClient {
  try {
    return new MongoClient(uri, { serverSelectionTimeoutMS: answersWithinMs });
  } catch (error) {
    const reason = String(error instanceof Error ? error.message : error).replaceAll(uri, '…');
    throw new Error(`MONGODB_URI or --mongodb-uri is no MongoDB URI: ${reason}`, { cause: error });
  }
}
