/** A platform's profile: from its definition in the reference net, or from whoever registers it. */
import { NetError, isPlatformCode, platformKinds } from '@onenet/contract';
import { divisions } from '@onenet/platforms';
import type { PlatformDefinition } from '@onenet/platforms';
import type { PlatformProfile } from './entry.ts';
import type { Fields } from './fields.ts';
import { readResponsible } from './responsible.ts';

/** A platform to be registered. */
export interface NewPlatform {
  readonly code: string;
  readonly portOffset: number | null;
  readonly profile: PlatformProfile;
}

/** What the net needs to know of a platform of the reference net. */
export function profileOf(definition: PlatformDefinition): PlatformProfile {
  const { name, nameEn, kind, parent, serves, position, responsible } = definition;
  const { modules, publishedFigures, demoNotice } = definition;
  const shown = { publishedFigures, demoNotice };
  return { name, nameEn, kind, parent, serves, position, responsible, modules, ...shown };
}

/** The greatest offset that a port may have from the platforms' first. */
const maxPortOffset = 999;
const maxServes = 200;

/** Reads a registration; whether code and parent fit the net is the registry's to say. */
export function parseNewPlatform(fields: Fields): NewPlatform {
  const code = fields.text('code', 32);
  if (!isPlatformCode(code)) {
    throw new NetError(
      'BAD_INPUT',
      `\`code\` is "${code}", and must be the GB/T 2260 code of its area, or capitals, digits and "-".`,
    );
  }
  const serves = fields.texts('serves', maxServes);
  const unknown = serves.find((place) => !divisions.has(place));
  if (unknown !== undefined) {
    throw new NetError('UNKNOWN_DIVISION', `\`serves\`: no division has the code "${unknown}".`);
  }
  if (serves.length === 0) {
    throw new NetError('BAD_INPUT', '`serves` is empty: name at least one division.');
  }
  const platform: NewPlatform = {
    code,
    portOffset: fields.optional('portOffset', (at) => fields.integer(at, 0, maxPortOffset)) ?? null,
    profile: {
      name: fields.text('name'),
      nameEn: fields.text('nameEn'),
      kind: fields.oneOf('kind', platformKinds),
      parent: fields.optional('parent', (at) => fields.text(at)) ?? null,
      serves: [...new Set(serves)],
      position:
        fields.optional('position', (at) =>
          fields.nested(at, (position) => ({
            latitude: position.number('latitude', 18, 54),
            longitude: position.number('longitude', 73, 136),
          })),
        ) ?? null,
      // Whoever wants what a platform has must be told whom to ask, from its first day.
      responsible: fields.nested('responsible', readResponsible),
      modules: ['core', 'organizations', 'requests'],
      publishedFigures: [],
      demoNotice: null,
    },
  };
  fields.done();
  return platform;
}
