/** The platforms of the reference net, each read from `<code>/platform.json`. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import type { PlatformDefinition } from './definition.ts';
import { parseDefinition } from './parse.ts';

/** All platforms, by code. */
export const platforms: readonly PlatformDefinition[] = readAll();

const byCode = new Map(platforms.map((platform) => [platform.code, platform]));

/** What a platform offers beyond the contract, from `<code>/additions.graphql`; empty where there is none. */
export function platformAdditions(code: string): string {
  const file = new URL(`../${code}/additions.graphql`, import.meta.url);
  return byCode.has(code) && existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** The platform with this code. */
export function platformByCode(code: string): PlatformDefinition | undefined {
  return byCode.get(code);
}

function readAll(): PlatformDefinition[] {
  const root = new URL('../', import.meta.url);
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^[0-9A-Z]/.test(entry.name))
    .map((entry) => entry.name)
    .toSorted()
    .map((code) => {
      const file = `${code}/platform.json`;
      return parseDefinition(readFileSync(new URL(file, root), 'utf8'), file);
    });
}
