/** `./onenet <command>`: the command line of the net. */
import { access } from './commands/access.ts';
import { auditCommand } from './commands/audit.ts';
import { client } from './commands/client.ts';
import { contract } from './commands/contract.ts';
import { dev } from './commands/dev.ts';
import { document } from './commands/document.ts';
import { grant } from './commands/grant.ts';
import { init } from './commands/init.ts';
import { person } from './commands/person.ts';
import { platform } from './commands/platform.ts';
import { publish } from './commands/publish.ts';
import { rollback } from './commands/rollback.ts';
import { sidecar } from './commands/sidecar.ts';
import { withdraw } from './commands/withdraw.ts';
import { keys } from './commands/keys.ts';
import { up } from './up.ts';

interface Command {
  readonly help: string;
  /** Resolves with the exit code. */
  run(args: readonly string[], usage: string): Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  audit: { help: 'check a server against the rules of the contract', run: auditCommand },
  init: { help: 'write a platform to start from, in Python or TypeScript', run: init },
  dev: { help: 'a province on this machine with your platform attached', run: dev },
  up: { help: 'run the whole net in the foreground (as npm start does)', run: up },
  keys: { help: 'rotate and list the keys that sign calls to owners', run: keys },
  publish: { help: "admit a platform's SDL and address to the net", run: publish },
  rollback: { help: 'make an earlier version of a platform the current one', run: rollback },
  withdraw: { help: 'take a platform out of the net; it stays registered', run: withdraw },
  platform: { help: 'list, register, suspend, resume; tokens; maintenance', run: platform },
  client: { help: "third parties' systems: add, list, rotate, suspend, revoke", run: client },
  person: { help: 'who signs in: add, list, reset, remove', run: person },
  access: { help: 'who was given what: list, show, verify, export', run: access },
  grant: { help: 'what owners let clients ask: apply, decide, revoke', run: grant },
  contract: {
    help: "the contract's SDL, who offers what of it, and what a change breaks",
    run: contract,
  },
  document: { help: 'documents that clients ask by name: add, list, show, retire', run: document },
  sidecar: { help: "a platform's side of the net, beside any GraphQL server", run: sidecar },
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
  return await command.run(args, `./onenet ${name} [options]\n\n${command.help}`);
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
