/** The subgraph `links` composes with the others, and makes a key of an id. */
import { composeServices } from '@apollo/composition';
import { analyticsSdl } from '@onenet/analytics/sdl';
import { municipalSdl, references, type Reference } from '@onenet/contract';
import { parse } from 'graphql';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { composedReferences, createLinksDataSource, linksSdl } from './index.ts';

const texts: Readonly<Record<string, string>> = {
  municipal: municipalSdl(),
  links: linksSdl(),
  province: readFileSync(new URL('../../province/province.graphql', import.meta.url), 'utf8'),
  analytics: analyticsSdl,
};

const composed = composeServices(
  Object.entries(texts).map(([name, text]) => ({
    name,
    typeDefs: parse(text),
    url: `http://${name}.invalid`,
  })),
);

test('municipal, links, province and analytics compose', () => {
  expect(composed.errors ?? []).toEqual([]);
  const codes = (composed.hints ?? []).map((hint) => hint.definition.code);
  expect(new Set(codes)).toEqual(new Set(['INCONSISTENT_DESCRIPTION']));
});

test('an id becomes the key of what it leads to, and no id becomes null', async () => {
  const answer = await createLinksDataSource().process({
    request: {
      query: `query ($r: [_Any!]!) {
        _entities(representations: $r) {
          ... on ServiceRequest { to: transferredTo { __typename id } place { __typename code } }
        }
      }`,
      variables: {
        r: [
          {
            __typename: 'ServiceRequest',
            id: '420100:1',
            transferredToId: '420500:7',
            placeCode: '420102',
          },
          { __typename: 'ServiceRequest', id: '420100:2', transferredToId: null },
        ],
      },
    },
  });
  expect(JSON.parse(JSON.stringify(answer))).toEqual({
    data: {
      _entities: [
        {
          to: { __typename: 'ServiceRequest', id: '420500:7' },
          place: { __typename: 'Division', code: '420102' },
        },
        { to: null, place: null },
      ],
    },
  });
});

test('the composed supergraph tells what there is to follow', () => {
  const found = composedReferences(parse(composed.supergraphSdl ?? ''));
  const names = (all: readonly Reference[]): string[] =>
    all
      .map(
        ({ owner, idField, nullable, type, as }) => `${owner}.${idField} ${nullable} ${type} ${as}`,
      )
      .toSorted();
  expect(names(found)).toEqual(names(references()));
});
