/** Resolvers of `Platform`: what the registry and the definitions say of it. */
import { NetError, divisionContains } from '@onenet/contract';
import type { ConnectionStatus, PlatformKind } from '@onenet/contract';
import { divisions } from '@onenet/platforms';
import type { Division, PublishedFigure } from '@onenet/platforms';
import type { Directory, RegisteredPlatform } from './directory.ts';

interface PlatformsArguments {
  readonly kinds?: readonly PlatformKind[] | null;
  readonly connection?: ConnectionStatus | null;
}

export function platformResolvers(directory: Directory) {
  return {
    Query: {
      platform: (_: unknown, { code }: { code: string }) => directory.platform(code) ?? null,
      platforms: (_: unknown, { kinds, connection }: PlatformsArguments) =>
        directory
          .platforms()
          .filter(({ definition }) => !kinds || kinds.includes(definition.kind))
          .filter(({ entry }) => !connection || entry.connection === connection),
    },
    Platform: {
      /** What leads nowhere is null and an error with its path; async, or it would fail its neighbours too. */
      __resolveReference: async ({ code }: { code: string }): Promise<RegisteredPlatform> => {
        const platform = directory.platform(code);
        if (!platform)
          throw new NetError('NOT_FOUND', `No platform of the net has the code "${code}".`);
        return platform;
      },
      code: ({ definition }: RegisteredPlatform): string => definition.code,
      name: ({ definition }: RegisteredPlatform): string => definition.name,
      nameEn: ({ definition }: RegisteredPlatform): string => definition.nameEn,
      kind: ({ definition }: RegisteredPlatform): PlatformKind => definition.kind,
      connection: ({ entry }: RegisteredPlatform): ConnectionStatus => entry.connection,
      registeredAt: ({ entry }: RegisteredPlatform): string => entry.registeredAt.toISOString(),
      parent: ({ definition }: RegisteredPlatform) =>
        definition.parent === null ? null : directory.platform(definition.parent),
      children: ({ definition }: RegisteredPlatform) =>
        directory.platforms().filter((other) => other.definition.parent === definition.code),
      serves: ({ definition }: RegisteredPlatform): readonly Division[] =>
        definition.serves.flatMap((code) => divisions.get(code) ?? []),
      modules: ({ definition }: RegisteredPlatform): readonly string[] => definition.modules,
      latitude: ({ definition }: RegisteredPlatform): number => definition.position.latitude,
      longitude: ({ definition }: RegisteredPlatform): number => definition.position.longitude,
      publishedFigures: ({ definition }: RegisteredPlatform): readonly PublishedFigure[] =>
        definition.publishedFigures,
      demoNotice: ({ definition }: RegisteredPlatform): string => definition.demoNotice,
    },
  };
}

/** Who is asked for a place: who serves it, something above it or something below it. */
export function platformsInScope(
  directory: Directory,
  place: string,
): readonly RegisteredPlatform[] {
  return directory
    .platforms()
    .filter(({ definition }) =>
      definition.serves.some(
        (served) => divisionContains(served, place) || divisionContains(place, served),
      ),
    );
}
