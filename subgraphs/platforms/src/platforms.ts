/** The platforms of the reference net, each read from `<code>/platform.json`. */
import { readFileSync, readdirSync } from 'node:fs';
import type { PlatformDefinition } from './definition.ts';
import { parseDefinition } from './parse.ts';

/** All platforms, by code. */
export const platforms: readonly PlatformDefinition[] = readAll();

const byCode = new Map(platforms.map((platform) => [platform.code, platform]));

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
