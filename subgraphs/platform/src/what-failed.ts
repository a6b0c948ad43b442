/** What a log may have of an error. A database's own message and fields may quote what it was to store, which may be personal. */
import { MongoError } from 'mongodb';

/** The error as it is; of the database's, what `whatFailed` says. */
export function loggable(error: unknown): unknown {
  return error instanceof MongoError ? whatFailed(error) : error;
}

/** The error's name, its code and where it arose; not its message. */
export function whatFailed(error: unknown): string {
  if (!(error instanceof Error)) return 'no Error was thrown';
  const code = 'code' in error ? ` ${String(error.code)}` : '';
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [`${error.name}${code}`, ...frames].join('\n');
}
