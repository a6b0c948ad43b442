import { expect, inject, test } from 'vitest';
import { checkGivenPostgres } from './given-postgres.ts';

test('a server will do', async () => {
  await expect(checkGivenPostgres(inject('postgresUri'))).resolves.toBeUndefined();
});

test('one that does not answer is named without its password', async () => {
  // Nobody listens on port 1.
  const check = checkGivenPostgres('postgres://user:secret@127.0.0.1:1/postgres');
  await expect(check).rejects.toThrow('(127.0.0.1:1) does not answer: ');
  await expect(check).rejects.not.toThrow('secret');
});

test.for(['localhost', 'mongodb://127.0.0.1/'])('%s is said to be no URI', async (uri) => {
  await expect(checkGivenPostgres(uri)).rejects.toThrow('is no PostgreSQL URI');
});
