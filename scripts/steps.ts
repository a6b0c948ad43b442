/** Runs a list of checks one after another and sums them up; ends with the first that fails. */
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
}

/** How one step ended. */
export interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
}

const root = join(import.meta.dirname, '..');

/** Runs the steps; the results end with the first that failed, whose output is shown whole. */
export async function runSteps(steps: readonly CheckStep[]): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const one of steps) {
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    try {
      await step(
        (line) => console.log(line),
        one.name,
        () => runStep(one),
      );
      results.push({ name: one.name, ok: true, seconds: seconds() });
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      console.log(`  ✗ ${one.name}\n${error.message}`);
      results.push({ name: one.name, ok: false, seconds: seconds() });
      break;
    }
  }
  return results;
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
