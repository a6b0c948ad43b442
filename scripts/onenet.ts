/** `./onenet <command>`: the command line of the net. */
import { up } from './up.ts';

interface Command {
  readonly help: string;
  /** Resolves with the exit code. */
  run(args: readonly string[], usage: string): Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  up: { help: 'run the whole net in the foreground (as npm start does)', run: up },
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
