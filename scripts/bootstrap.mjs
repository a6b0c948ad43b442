/**
 * The way in on a fresh clone, for any Node from 18 on with nothing installed: installs what is
 * missing, then runs `scripts/<command>.ts` on the Node that the project pins.
 *
 * Plain JavaScript without imports beyond Node's own, since nothing else is there yet.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const commands = ['start', 'test', 'check', 'bench', 'build', 'onenet'];
/** What the embedded ClickHouse (chdb) is built for. */
const systems = ['linux x64', 'linux arm64', 'darwin x64', 'darwin arm64'];
const pinnedNode = join(root, 'node_modules/node/bin/node');
const stamp = join(root, 'node_modules/.onenet-installed');
/** Compiled code is kept: each process of the net would else spend a second on it at every start. */
const compiled = join(root, 'node_modules/.cache/onenet-compiled');

const [command = '', ...args] = process.argv.slice(2);

refuseWhatCannotWork();
await installIfNeeded();
process.exitCode = await run(pinnedNode, [join(root, 'scripts', `${command}.ts`), ...args], {
  env: { NODE_COMPILE_CACHE: compiled, ...process.env },
  // The channel tells the child when this process is gone, even by SIGKILL.
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});

function refuseWhatCannotWork() {
  if (!commands.includes(command)) {
    fail(`"${command}" is no command; there are ${commands.join(', ')}.`);
  }
  if (Number.parseInt(process.versions.node, 10) < 18) {
    fail(
      `Node ${process.versions.node} is too old: install Node 18 or later (https://nodejs.org).`,
    );
  }
  const system = `${process.platform} ${process.arch}`;
  if (process.platform === 'win32') {
    fail('OneNet does not run on Windows itself: use it inside WSL 2 (`wsl --install`).');
  }
  if (!systems.includes(system)) {
    fail(
      `OneNet does not run on ${system}: the embedded ClickHouse exists for ${systems.join(', ')}.`,
    );
  }
  process.report.excludeNetwork = true; // else it looks up names, for seconds
  if (process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime) {
    fail('OneNet needs a Linux with glibc (Debian, Ubuntu, Fedora, …), not musl (Alpine).');
  }
}

async function installIfNeeded() {
  const wanted = installState();
  if (existsSync(stamp) && existsSync(pinnedNode) && readFileSync(stamp, 'utf8') === wanted) return;

  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  console.log(`Installing the dependencies with ${packageManager} (about 1.2 GB on disk, once) …`);
  const started = Date.now();
  const code = await run(
    'npx',
    ['--yes', packageManager, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false'],
    { cwd: root, stdio: 'inherit' },
  );
  if (code !== 0 || !existsSync(pinnedNode)) {
    fail(`The dependencies could not be installed (npx ${packageManager} install: code ${code}).`);
  }
  // Written last: an install that was interrupted is done again.
  writeFileSync(stamp, wanted);
  console.log(`Dependencies installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

/** A hash of all that decides what is installed. */
function installState() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...packages()]) {
    hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** The workspace's package files: a new package needs its links. */
function packages() {
  const folders = ['gateway', 'analytics', 'charts', 'dashboard', 'tests', 'scripts'];
  folders.push('subgraphs/contract/audit', 'subgraphs/examples/typescript');
  for (const name of readdirSync(join(root, 'subgraphs'))) folders.push(`subgraphs/${name}`);
  return folders
    .map((folder) => `${folder}/package.json`)
    .filter((file) => existsSync(join(root, file)));
}

/** Runs a program with this terminal, hands every signal on and returns its exit code. */
function run(program, programArgs, options) {
  const child = spawn(program, programArgs, options);
  const forward = (signal) => child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  const watch = stopWhenNpmIsGone(child);
  return new Promise((resolve) => {
    child.once('error', (error) => fail(`${program}: ${error.message}`));
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.off(name, forward);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}

/** npm and the shell that it starts us with may be killed without a word; then we stop as well. */
function stopWhenNpmIsGone(child) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const starters = [process.ppid, parentOf(process.ppid)].filter((pid) => pid > 1);
  return setInterval(() => {
    if (!starters.every(isAlive)) child.kill('SIGTERM');
  }, 500);
}

function parentOf(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' });
  return Number.parseInt(stdout, 10);
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
