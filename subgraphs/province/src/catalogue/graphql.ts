/** Resolvers of the catalogue: what there is to be had, on which terms, and from whom. */
import { NetError, contractModules, type ShareAttribute } from '@onenet/contract';
import type { Directory } from '../directory.ts';
import type { RegistryEntry } from '../registry/entry.ts';
import {
  addedFields,
  additionsModule,
  contractFields,
  offers,
  type CatalogueField,
} from './fields.ts';

interface CatalogueArguments {
  readonly module?: string | null;
  readonly share?: ShareAttribute | null;
  readonly scope?: string | null;
  readonly search?: string | null;
  readonly first?: number | null;
  readonly after?: string | null;
}

const mostFields = 1000;

export function catalogueResolvers(directory: Pick<Directory, 'platform' | 'platforms'>) {
  const admitted = () => directory.platforms().filter(({ current }) => current !== null);
  return {
    Query: {
      catalogue: (
        _: unknown,
        { module, share, scope, search, first, after }: CatalogueArguments,
      ) => {
        const most = first ?? 200;
        if (!(most >= 1 && most <= mostFields)) {
          throw new NetError(
            'BAD_INPUT',
            `\`first: ${most}\` is out of range: 1 to ${mostFields}.`,
          );
        }
        if (module != null) mustBeModule(module);
        const wanted = search?.toLowerCase();
        const all = [...contractFields(), ...directory.platforms().flatMap(addedFields)].filter(
          (field) =>
            (module == null || field.module === module) &&
            (share == null || field.share === share) &&
            (scope == null || field.scope === scope) &&
            (wanted === undefined ||
              `${field.coordinate} ${field.description ?? ''}`.toLowerCase().includes(wanted)),
        );
        const begin = after == null ? 0 : placeAfter(all, after);
        const nodes = all.slice(begin, begin + most);
        return {
          nodes,
          hasNextPage: all.length > begin + most,
          endCursor: nodes.at(-1)?.coordinate ?? null,
          totalCount: all.length,
        };
      },
    },
    CatalogueField: {
      addedBy: ({ addedBy }: CatalogueField) =>
        addedBy === null ? null : (directory.platform(addedBy) ?? null),
      offeredBy: (field: CatalogueField) =>
        field.addedBy === null
          ? admitted().filter((entry) => offers(entry, field))
          : [directory.platform(field.addedBy)].filter((entry) => entry !== undefined),
      lackedBy: (field: CatalogueField): readonly RegistryEntry[] =>
        field.addedBy === null ? admitted().filter((entry) => !offers(entry, field)) : [],
    },
  };
}

function mustBeModule(module: string): void {
  const known = [...contractModules.map(({ name }) => name), additionsModule];
  if (known.some((name) => name === module)) return;
  throw new NetError(
    'BAD_INPUT',
    `\`module: "${module.slice(0, 40)}"\` is none of ${known.join(', ')}.`,
  );
}

function placeAfter(all: readonly CatalogueField[], coordinate: string): number {
  const place = all.findIndex((field) => field.coordinate === coordinate);
  if (place >= 0) return place + 1;
  throw new NetError(
    'BAD_CURSOR',
    `"${coordinate.slice(0, 80)}" is no \`endCursor\` of this catalogue.`,
  );
}
