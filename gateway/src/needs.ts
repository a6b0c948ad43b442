/** What every field of a composed schema needs of a third party: the contract's own, what owners add, and what `links` derives. */
import { allNeeds, type Need } from '@onenet/contract';
import { composedReferences } from '@onenet/links';
import type { DocumentNode } from 'graphql';
import { additionNeeds } from './additions/addition-needs.ts';
import { additionsSchema } from './additions/additions-schema.ts';
import type { Needs } from './owners/withheld.ts';

/** Reads them from the supergraph's text; what is not among them belongs to no owner. */
export function needsOf(composed: DocumentNode): Needs {
  const needs = new Map<string, readonly Need[]>(
    [...allNeeds()].map(([coordinate, need]) => [coordinate, [need]]),
  );
  for (const [coordinate, need] of additionNeeds(additionsSchema(composed))) {
    needs.set(coordinate, need);
  }
  // Who may not have an id may not follow it; what it leads to has needs of its own.
  for (const { owner, idField, as } of composedReferences(composed)) {
    const need = needs.get(`${owner}.${idField}`);
    if (need) needs.set(`${owner}.${as}`, need);
  }
  return needs;
}
