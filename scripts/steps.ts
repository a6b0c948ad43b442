/** Runs a list of checks one after another, some of them side by side, and sums them up; ends where one fails. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { step } from './progress.ts';

/** One check: a program run on the pinned Node. */
export interface CheckStep {
  readonly name: string;
  /** Seen from the folder. */
  readonly program: string;
  readonly args: readonly string[];
  /** The package that it runs in; the root when absent. */
  readonly folder?: string;
  /** Whether its output is shown as it comes, and not only when it fails. */
  readonly live?: boolean;
  /** Whether it may run beside the step before it: each of them leaves a core idle. */
  readonly beside?: boolean;
}

/** How one step ended. */
export interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
}

const root = join(import.meta.dirname, '..');

/** Runs the steps; the results end where one failed, whose output is shown whole. */
export async function runSteps(steps: readonly CheckStep[]): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const wave of wavesOf(steps)) {
    results.push(...(await Promise.all(wave.map(resultOf))));
    if (!results.every(({ ok }) => ok)) break;
  }
  return results;
}

function wavesOf(steps: readonly CheckStep[]): readonly (readonly CheckStep[])[] {
  const waves: CheckStep[][] = [];
  for (const one of steps) {
    const wave = one.beside ? waves.at(-1) : undefined;
    if (wave) wave.push(one);
    else waves.push([one]);
  }
  return waves;
}

async function resultOf(one: CheckStep): Promise<StepResult> {
  const { name } = one;
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  try {
    await step(
      (line) => console.log(line),
      name,
      () => runStep(one),
    );
    return { name, ok: true, seconds: seconds() };
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    console.log(`  ✗ ${name}\n${error.message}`);
    return { name, ok: false, seconds: seconds() };
  }
}

/** The message is all that the step printed. */
class StepFailed extends Error {}

/** One line a step, with its duration. */
export function summarize(results: readonly StepResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  return results
    .map(({ name, ok, seconds }) => {
      const duration = `${seconds.toFixed(1)} s`.padStart(8);
      return `  ${ok ? '✓' : '✗'} ${name.padEnd(width)} ${duration}`;
    })
    .join('\n');
}

async function runStep({ program, args, folder = '.', live = false }: CheckStep): Promise<void> {
  const cwd = join(root, folder);
  const child = spawn(process.execPath, [join(cwd, program), ...args], {
    cwd,
    stdio: live ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new StepFailed(Buffer.concat(chunks).toString().trimEnd());
}
