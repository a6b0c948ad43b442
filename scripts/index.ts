/** What other packages (the tests, above all) may use of the scripts. */
export { startMongo, type MongoOptions, type StartedMongo } from './databases.ts';
export { buildDashboard } from './dashboard.ts';
export { startNet, type Net, type NetOptions, type NetUrls } from './net.ts';
export { startPostgres, type PostgresOptions, type StartedPostgres } from './postgres.ts';
export { sandboxOptions, upOptions } from './up-options.ts';
