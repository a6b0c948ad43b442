/** Command-line options from one list: what is parsed, its default and its line in `--help`. */
import { parseArgs } from 'node:util';

/** A mistake of whoever typed the command; the message says what to type instead. */
export class UsageError extends Error {}

interface OptionKinds {
  flag: boolean;
  number: number;
  text: string;
  /** Comma-separated; empty means all. */
  list: readonly string[];
}

/** One option: `--name`, or the environment's `env` when the option is not given. */
export interface Option<Kind extends keyof OptionKinds = keyof OptionKinds> {
  readonly kind: Kind;
  readonly default: OptionKinds[Kind];
  readonly help: string;
  readonly env?: string;
  /** Of a number: whether it must be whole, and its limits. */
  readonly whole?: boolean;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export type OptionList = Readonly<Record<string, Option>>;
export type OptionValues<List extends OptionList> = {
  readonly [Name in keyof List]: OptionKinds[List[Name]['kind']];
};

/** Reads `args` by the list; `env` is the process's environment. */
export function parseOptions<List extends OptionList>(
  list: List,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): OptionValues<List> {
  const given = parseStrictly(list, args);
  const values = Object.entries(list).map(([name, option]) => {
    const text = given[name] ?? (option.env === undefined ? undefined : env[option.env]);
    return [name, text === undefined ? option.default : valueOf(name, option, text)];
  });
  return Object.fromEntries(values) as OptionValues<List>;
}

/** The lines of `--help`, one option each. */
export function describeOptions(list: OptionList): string {
  const rows = Object.entries(list).map(([name, option]): [string, string] => [
    option.kind === 'flag' ? `--${name}` : `--${name} <${placeholder(option)}>`,
    `${option.help}${defaultNote(option)}`,
  ]);
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}

function parseStrictly(
  list: OptionList,
  args: readonly string[],
): Record<string, string | boolean | undefined> {
  const options = Object.fromEntries(
    Object.entries(list).map(([name, { kind }]) => [
      name,
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  try {
    return parseArgs({ args: withNegatives(list, args), options, strict: true }).values;
  } catch (error) {
    // Node's hints after the first sentence are for programs with other rules.
    const reason = error instanceof Error ? error.message.split(/\.\s/)[0] : String(error);
    throw new UsageError(`${reason}: see --help.`, { cause: error });
  }
}

/** `--scale -3` as `--scale=-3`: the number is then refused by its limits, and not taken for an option. */
function withNegatives(list: OptionList, args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1) ?? '';
    const name = /^--(.+)$/.exec(before)?.[1] ?? '';
    if (/^-[\d.]/.test(arg) && list[name]?.kind === 'number')
      joined.splice(-1, 1, `${before}=${arg}`);
    else joined.push(arg);
  }
  return joined;
}

function valueOf(name: string, option: Option, given: string | boolean): unknown {
  const text = String(given);
  if (option.kind === 'flag') return text === 'true' || text === '1';
  if (option.kind === 'text') return text;
  if (option.kind === 'list') return text.split(',').filter((part) => part !== '');

  const { atLeast = 0, atMost = Number.MAX_SAFE_INTEGER, whole = false } = option;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const fits = value >= atLeast && value <= atMost && (!whole || Number.isInteger(value));
  if (!fits) {
    const what = whole ? 'a whole number' : 'a number';
    throw new UsageError(
      `--${name} is "${text}" and must be ${what} from ${atLeast} to ${atMost}.`,
    );
  }
  return value;
}

function placeholder({ kind }: Option): string {
  return kind === 'list' ? 'a,b,…' : kind;
}

function defaultNote(option: Option): string {
  const shown = String(option.default);
  const fallback = option.kind === 'flag' || shown === '' ? '' : `default ${shown}`;
  const env = option.env === undefined ? '' : `or ${option.env}`;
  const notes = [fallback, env].filter((note) => note !== '').join(', ');
  return notes === '' ? '' : ` (${notes})`;
}
