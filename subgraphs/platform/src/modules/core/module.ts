/** The module core. */
import type { PlatformModule } from '../../module.ts';
import { settings } from '../../settings.ts';
import { addCore } from './schema.ts';
import { openingWrites } from './writes.ts';

export const core: PlatformModule = {
  name: 'core',
  collections: [{ name: settings, indexes: [] }],
  addSchema: addCore,
  writes: openingWrites,
};
