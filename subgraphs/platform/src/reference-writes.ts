/** What a reference record becomes: documents as its module stores them, and the events that tell of it. */
import type { PlatformDefinition, ReferenceRecord } from '@onenet/platforms';
import type { Write } from './load.ts';
import { offeredModules } from './modules/modules.ts';

/** The documents of a record: itself first, then its events. */
export function* writesOf(
  definition: PlatformDefinition,
  record: ReferenceRecord,
): Generator<Write> {
  for (const { writes } of offeredModules(definition.modules)) {
    yield* writes?.(record, definition) ?? [];
  }
}
