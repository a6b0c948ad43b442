/** PostgreSQL refuses to run as root: where we are root, it runs as the user `nobody`. */
import { chown, mkdir } from 'node:fs/promises';

/** `nobody` and its group, on every Linux. */
const nobody = 65_534;

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The command that runs a program as the user of the server. */
export function asServerUser(
  program: string,
  args: readonly string[],
): readonly [program: string, args: string[]] {
  if (!isRoot()) return [program, [...args]];
  // The capability lets it reach its data inside folders that root keeps to itself, such as /root.
  const capability = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  const user = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
  return ['setpriv', [...user, ...capability, program, ...args]];
}

/** A folder that belongs to the server's user. */
export async function makeServerFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (isRoot()) await chown(folder, nobody, nobody);
}
