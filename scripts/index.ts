/** What other packages (the tests, above all) may use of the scripts. */
export { startMongo, type MongoOptions, type StartedMongo } from './databases.ts';
export { NoMongod, findMongod } from './mongod.ts';
