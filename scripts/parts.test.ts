import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, expect, test } from 'vitest';
import { PartFailed, startPart, untilReady } from './parts.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onenet-parts-'));
  return () => rm(directory, { recursive: true, force: true });
});

test('a part that ends before it is ready shows its last lines', async () => {
  const main = await program(
    'console.log("reading"); console.error("no such file"); process.exit(3);',
  );
  const part = await startPart({ name: 'sample', main, args: [], readyUrls }, directory);
  const ready = untilReady(part, readyUrls);
  await expect(ready).rejects.toThrow(PartFailed);
  await expect(ready).rejects.toThrow(/sample ended \(code 3\)[^]*reading\n {2}no such file/);
});

test('a part that does not stop when it is asked is ended', { timeout: 30_000 }, async () => {
  const main = await program('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);');
  const part = await startPart({ name: 'deaf', main, args: [], readyUrls }, directory);
  await hasStarted();
  await part.stop();
  expect(await part.ended).toBe('signal SIGKILL');
});

test('a part stops when its starter is killed without a word', async () => {
  const main = await program('setInterval(() => {}, 1000);');
  const starter = await program(
    `import { startPart } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'parts.ts')).href)};
     await startPart({ name: 'orphan', main: ${JSON.stringify(main)}, args: [], readyUrls: [] }, ${JSON.stringify(directory)});
     setInterval(() => {}, 1000);`,
    'starter',
  );
  const child = execFile(process.execPath, [starter]);
  await hasStarted();
  const pid = Number(await readFile(join(directory, 'pid'), 'utf8'));
  child.kill('SIGKILL');
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
});

const readyUrls = ['http://127.0.0.1:1/health/ready'];

/** A program whose first act is to leave its process id, so that a test knows that it runs. */
async function program(text: string, name = 'part'): Promise<string> {
  const file = join(directory, `${name}.mjs`);
  const pid = join(directory, 'pid');
  const hello = `import { writeFileSync } from 'node:fs';\n${text}\nwriteFileSync(${JSON.stringify(pid)}, String(process.pid));`;
  await writeFile(file, name === 'part' ? hello : text);
  return file;
}

async function hasStarted(): Promise<void> {
  await expect
    .poll(() => readFile(join(directory, 'pid'), 'utf8').catch(() => ''), { timeout: 10_000 })
    .not.toBe('');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
