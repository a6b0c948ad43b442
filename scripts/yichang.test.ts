import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { platformSdl } from '@onenet/contract';
import { expect, test } from 'vitest';
import { yichang, yichangPython } from './yichang.ts';

const run = promisify(execFile);
const folder = join(import.meta.dirname, '../subgraphs/examples/python');

test("Yichang's contract.graphql is what the contract says of its modules", async () => {
  const text = await readFile(join(folder, 'contract.graphql'), 'utf8');
  // Written by: ./onenet contract sdl --modules members,content,transfers > contract.graphql
  expect(text.trimEnd()).toBe(platformSdl(['members', 'content', 'transfers']).trimEnd());
});

test('its resolvers are those of fields that the contract has', async () => {
  const python = await yichangPython(() => undefined);
  const script = `from yichang.app import make_app; from yichang.federation import LEFT_OUT
make_app("postgres:", "${yichang}", [], "https://union.example/join")
assert LEFT_OUT == [], LEFT_OUT`;
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  await expect(run(python, ['-c', script], { cwd: folder, env })).resolves.toBeDefined();
});
