/** How a command runs: options by its list, `--help` from the same list, a mistake in one line. */
import { describeOptions, parseOptions, UsageError } from '../options.ts';
import type { OptionList, OptionValues } from '../options.ts';

/** The option that every command has. */
export const helpOption = { kind: 'flag', default: false, help: 'this text' } as const;

/** Runs `body` with the options of `list`; resolves with the exit code. */
export async function runCommand<const List extends OptionList>(
  list: List,
  args: readonly string[],
  usage: string,
  body: (values: OptionValues<List>) => Promise<number>,
): Promise<number> {
  try {
    if (args.includes('--help')) {
      console.log(`${usage}\n\n${describeOptions(list)}`);
      return 0;
    }
    return await body(parseOptions(list, args, process.env));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** A command of several, each with options of its own: `./onenet platform list`. */
export interface Subcommand {
  readonly help: string;
  run(args: readonly string[], usage: string): Promise<number>;
}

/** Runs the one that the first argument names. */
export async function runSubcommand(
  name: string,
  subcommands: Readonly<Record<string, Subcommand>>,
  args: readonly string[],
): Promise<number> {
  const [first = '--help', ...rest] = args;
  const chosen = Object.hasOwn(subcommands, first) ? subcommands[first] : undefined;
  if (chosen) return chosen.run(rest, `./onenet ${name} ${first} [options]\n\n${chosen.help}`);
  const width = Math.max(...Object.keys(subcommands).map((each) => each.length));
  const lines = Object.entries(subcommands).map(
    ([each, { help }]) => `  ${each.padEnd(width)}  ${help}`,
  );
  const text = `./onenet ${name} <command> [options]\n\n${lines.join('\n')}`;
  if (first === '--help') {
    console.log(text);
    return 0;
  }
  console.error(`No command "${name} ${first}".\n\n${text}`);
  return 2;
}

/** A required option that is empty. */
export function required(name: string, value: string): string {
  if (value !== '') return value;
  throw new UsageError(`--${name} is missing: see --help.`);
}
