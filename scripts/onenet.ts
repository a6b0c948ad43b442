/** `./onenet <command>`: the command line of the net. */

/** Resolves with the exit code. */
type Run = (args: readonly string[], usage: string) => Promise<number>;

interface Command {
  readonly help: string;
  /** Loads the command alone: all of them together take a second. */
  load(): Promise<Run>;
}

const commands: Readonly<Record<string, Command>> = {
  audit: {
    help: 'check a server against the rules of the contract',
    load: async () => (await import('./commands/audit.ts')).auditCommand,
  },
  init: {
    help: 'write a platform to start from, in Python or TypeScript',
    load: async () => (await import('./commands/init.ts')).init,
  },
  dev: {
    help: 'a province on this machine with your platform attached',
    load: async () => (await import('./commands/dev.ts')).dev,
  },
  up: {
    help: 'run the whole net in the foreground (as npm start does)',
    load: async () => (await import('./up.ts')).up,
  },
  keys: {
    help: 'rotate and list the keys that sign calls to owners',
    load: async () => (await import('./commands/keys.ts')).keys,
  },
  publish: {
    help: "admit a platform's SDL and address to the net",
    load: async () => (await import('./commands/publish.ts')).publish,
  },
  rollback: {
    help: 'make an earlier version of a platform the current one',
    load: async () => (await import('./commands/rollback.ts')).rollback,
  },
  withdraw: {
    help: 'take a platform out of the net; it stays registered',
    load: async () => (await import('./commands/withdraw.ts')).withdraw,
  },
  platform: {
    help: 'list, register, suspend, resume; tokens; maintenance',
    load: async () => (await import('./commands/platform.ts')).platform,
  },
  client: {
    help: "third parties' systems: add, list, rotate, suspend, revoke",
    load: async () => (await import('./commands/client.ts')).client,
  },
  person: {
    help: 'who signs in: add, list, reset, remove',
    load: async () => (await import('./commands/person.ts')).person,
  },
  access: {
    help: 'who was given what: list, show, verify, export',
    load: async () => (await import('./commands/access.ts')).access,
  },
  grant: {
    help: 'what owners let clients ask: apply, decide, revoke',
    load: async () => (await import('./commands/grant.ts')).grant,
  },
  backup: {
    help: "the province's side of the net, or a platform, while it runs",
    load: async () => (await import('./commands/backup.ts')).backup,
  },
  restore: {
    help: 'a backup into what is empty',
    load: async () => (await import('./commands/restore.ts')).restore,
  },
  analytics: {
    help: "the figures' stores: check, rebuild, export, backup, restore",
    load: async () => (await import('./commands/analytics.ts')).analytics,
  },
  brief: {
    help: 'weekly and monthly briefs: list, compose, save, verify',
    load: async () => (await import('./commands/brief.ts')).brief,
  },
  contract: {
    help: "the contract's SDL, who offers what of it, and what a change breaks",
    load: async () => (await import('./commands/contract.ts')).contract,
  },
  document: {
    help: 'documents that clients ask by name: add, list, show, retire',
    load: async () => (await import('./commands/document.ts')).document,
  },
  erase: {
    help: 'a person from a platform of the reference kind, or from Yichang',
    load: async () => (await import('./commands/program.ts')).erase,
  },
  'sealing-key': {
    help: 'replace the key to which others seal what a platform alone may read',
    load: async () => (await import('./commands/program.ts')).sealingKey,
  },
  sidecar: {
    help: "a platform's side of the net, beside any GraphQL server",
    load: async () => (await import('./commands/program.ts')).sidecar,
  },
};

const [name = '--help', ...args] = process.argv.slice(2);
process.exitCode = await runCommand();

async function runCommand(): Promise<number> {
  if (name === '--help' || name === 'help') {
    console.log(help());
    return 0;
  }
  const command = commands[name];
  if (command === undefined) {
    console.error(`No command "${name}".\n\n${help()}`);
    return 2;
  }
  const run = await command.load();
  return await run(args, `./onenet ${name} [options]\n\n${command.help}`);
}

function help(): string {
  const width = Math.max(...Object.keys(commands).map((command) => command.length));
  const lines = Object.entries(commands).map(
    ([command, { help: text }]) => `  ${command.padEnd(width)}  ${text}`,
  );
  return [
    './onenet <command> [options]',
    '',
    ...lines,
    '',
    './onenet <command> --help lists its options.',
  ].join('\n');
}
