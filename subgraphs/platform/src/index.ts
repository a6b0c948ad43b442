/** The reference platform: the contract on MongoDB, one database and one port each, any number in a process. */
export { databaseName, startPlatforms } from './serve.ts';
export type { Platforms, PlatformsOptions } from './serve.ts';
export { platformSchema } from './schema.ts';
export { writesOf } from './reference-writes.ts';
export { exportLines } from './export/export.ts';
