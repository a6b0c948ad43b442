import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { expect, inject, test } from 'vitest';
import { freePort } from '../tests/fixtures/ports.ts';
import { checkGivenMongo } from './given-mongo.ts';
import { findMongod } from './mongod.ts';

test('a replica set will do', async () => {
  await expect(checkGivenMongo(inject('mongodbUri'))).resolves.toBeUndefined();
});

test('one that does not answer is named without its password', async () => {
  // Nobody listens on port 1.
  const check = checkGivenMongo('mongodb://user:secret@127.0.0.1:1/');
  await expect(check).rejects.toThrow('(127.0.0.1:1) does not answer: ');
  await expect(check).rejects.not.toThrow('secret');
});

test('what is no URI is said to be none', async () => {
  await expect(checkGivenMongo('localhost')).rejects.toThrow('is no MongoDB URI: Invalid scheme');
});

test('one that is no replica set is refused with what to do', async () => {
  await using standalone = await startStandalone();
  await expect(checkGivenMongo(standalone.uri)).rejects.toThrow('start mongod with --replSet');
});

async function startStandalone(): Promise<AsyncDisposable & { readonly uri: string }> {
  const data = await mkdtemp(join(tmpdir(), 'onenet-standalone-'));
  const port = await freePort();
  const args = ['--dbpath', data, '--port', String(port), '--bind_ip', '127.0.0.1'];
  const program = await findMongod(() => undefined);
  const child = spawn(program, [...args, '--nounixsocket'], { stdio: 'ignore' });
  const gone = once(child, 'exit');
  const uri = `mongodb://127.0.0.1:${port}/`;
  // Resolves when it answers.
  await (await MongoClient.connect(uri)).close();
  return {
    uri,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await gone;
      await rm(data, { recursive: true });
    },
  };
}
