/** Resolvers of `Platform`: what the registry says of it. */
import { NetError, divisionContains } from '@onenet/contract';
import type { ConnectionStatus, PlatformKind } from '@onenet/contract';
import { divisions } from '@onenet/platforms';
import type { Division, PublishedFigure, ResponsibleOffice } from '@onenet/platforms';
import type { Directory } from './directory.ts';
import { connectionOf, modulesOf, responsibleFor } from './registry/entry.ts';
import type { RegistryEntry } from './registry/entry.ts';

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
          .filter(({ profile }) => !kinds || kinds.includes(profile.kind))
          .filter((entry) => !connection || connectionOf(entry) === connection),
    },
    Platform: {
      /** What leads nowhere is null and an error with its path; async, or it would fail its neighbours too. */
      __resolveReference: async ({ code }: { code: string }): Promise<RegistryEntry> => {
        const platform = directory.platform(code);
        if (!platform)
          throw new NetError('NOT_FOUND', `No platform of the net has the code "${code}".`);
        return platform;
      },
      code: ({ _id: code }: RegistryEntry): string => code,
      name: ({ profile }: RegistryEntry): string => profile.name,
      nameEn: ({ profile }: RegistryEntry): string => profile.nameEn,
      kind: ({ profile }: RegistryEntry): PlatformKind => profile.kind,
      connection: (entry: RegistryEntry): ConnectionStatus => connectionOf(entry),
      registeredAt: ({ registeredAt }: RegistryEntry): string => registeredAt.toISOString(),
      parent: ({ profile }: RegistryEntry) =>
        profile.parent === null ? null : directory.platform(profile.parent),
      children: ({ _id: code }: RegistryEntry) =>
        directory.platforms().filter(({ profile }) => profile.parent === code),
      serves: ({ profile }: RegistryEntry): readonly Division[] =>
        profile.serves.flatMap((code) => divisions.get(code) ?? []),
      modules: (entry: RegistryEntry): readonly string[] => modulesOf(entry),
      latitude: ({ profile }: RegistryEntry): number | null => profile.position?.latitude ?? null,
      longitude: ({ profile }: RegistryEntry): number | null => profile.position?.longitude ?? null,
      responsible: (entry: RegistryEntry): ResponsibleOffice | null => responsibleFor(entry),
      publishedFigures: ({ profile }: RegistryEntry): readonly PublishedFigure[] =>
        profile.publishedFigures,
      demoNotice: ({ profile }: RegistryEntry): string | null => profile.demoNotice,
    },
  };
}

/** Who is asked for a place: who serves it, something above it or something below it. */
export function platformsInScope(directory: Directory, place: string): readonly RegistryEntry[] {
  return directory
    .platforms()
    .filter(({ profile }) =>
      profile.serves.some(
        (served) => divisionContains(served, place) || divisionContains(place, served),
      ),
    );
}
