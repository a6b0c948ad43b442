/** Documents that the reference net registers at its first start: files, with what they are for in their first line. */
import { readFileSync, readdirSync } from 'node:fs';
import { documentHash } from '@onenet/contract';
import { program } from '../registry/registry.ts';
import type { Store } from '../registry/store.ts';
import { checkText, type NewDocument } from './document.ts';
import { addDocument } from './documents.ts';

const folder = new URL('reference/', import.meta.url);

/** The documents, by name. */
export function referenceDocuments(): readonly NewDocument[] {
  return readdirSync(folder)
    .toSorted()
    .map((file) => {
      const [first = '', ...lines] = readFileSync(new URL(file, folder), 'utf8').split('\n');
      const [description = '', descriptionEn = ''] = first.replace(/^# /, '').split(' | ');
      const name = file.replace(/\.graphql$/, '');
      return { name, text: lines.join('\n'), clients: null, description, descriptionEn };
    });
}

/** Registers those that there never were in this text: one that was retired does not come back. */
export async function seedReferenceDocuments(store: Store, supergraph: string): Promise<void> {
  const hashes = new Set(await store.documents.distinct('hash'));
  for (const document of referenceDocuments()) {
    if (hashes.has(documentHash(document.text))) continue;
    checkText(document.text, supergraph);
    await addDocument(store, document, program);
  }
}
