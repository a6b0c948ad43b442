/** What the operator does with documents: each in one transaction with the revision, so that gateways know at once. */
import { NetError, documentHash } from '@onenet/contract';
import type { Asker } from '../registry/registry.ts';
import type { Store } from '../registry/store.ts';
import { versionOf, type DocumentVersion, type NewDocument } from './document.ts';

/** In force at once: all of them are in every snapshot of the directory. */
const mostActive = 500;

/** Registers a new version; the one before stays in force until it is retired. */
export async function addDocument(
  store: Store,
  document: NewDocument,
  asker: Asker,
): Promise<DocumentVersion> {
  let added: DocumentVersion | undefined;
  await store.transaction(async (session) => {
    const { name } = document;
    const versions = await store.documents.find({ name }, { session }).toArray();
    const same = versions.find(
      ({ hash, status }) => status === 'ACTIVE' && hash === documentHash(document.text),
    );
    if (same) throw new NetError('CONFLICT', `This text is ${same._id} already.`);
    const active = await store.documents.countDocuments({ status: 'ACTIVE' }, { session });
    if (active >= mostActive) {
      throw new NetError('TOO_MANY', `${mostActive} documents are in force: retire some.`);
    }
    const known = await store.clients
      .find({ _id: { $in: [...(document.clients ?? [])] } }, { session })
      .toArray();
    const unknown = document.clients?.find((id) => known.every(({ _id }) => _id !== id));
    if (unknown !== undefined) throw new NetError('NOT_FOUND', `There is no client "${unknown}".`);
    const number = Math.max(0, ...versions.map(({ version }) => version)) + 1;
    added = versionOf(document, number, asker.by);
    await store.documents.insertOne(added, { session });
    await store.note(line('DOCUMENT_ADDED', added._id, asker), session);
    await store.raise(session);
  });
  if (!added) throw new Error('The transaction ended without a document.');
  return added;
}

/** All, or those that are in force, by name and version. */
export function listDocuments(
  store: Store,
  retiredToo: boolean,
): Promise<readonly DocumentVersion[]> {
  const filter = retiredToo ? {} : { status: 'ACTIVE' as const };
  return store.documents.find(filter).sort({ name: 1, version: 1 }).toArray();
}

/** One version (`name@2`), or all of a name. */
export async function findDocuments(store: Store, id: string): Promise<readonly DocumentVersion[]> {
  const found = await store.documents.find(named(id)).sort({ version: 1 }).toArray();
  if (found.length > 0) return found;
  throw new NetError('NOT_FOUND', `There is no document "${id.slice(0, 80)}".`);
}

/** One version, or all of a name: it is asked no longer. */
export async function retireDocuments(store: Store, id: string, asker: Asker): Promise<void> {
  await store.transaction(async (session) => {
    const filter = { ...named(id), status: 'ACTIVE' as const };
    const retired = await store.documents.updateMany(
      filter,
      { $set: { status: 'RETIRED', retiredAt: new Date() } },
      { session },
    );
    if (retired.modifiedCount === 0) {
      throw new NetError('NOT_FOUND', `No document "${id.slice(0, 80)}" is in force.`);
    }
    await store.note(line('DOCUMENT_RETIRED', id, asker), session);
    await store.raise(session);
  });
}

function named(id: string): { readonly _id: string } | { readonly name: string } {
  return id.includes('@') ? { _id: id } : { name: id };
}

function line(action: 'DOCUMENT_ADDED' | 'DOCUMENT_RETIRED', detail: string, asker: Asker) {
  return { action, ...asker, platform: null, version: null, detail, report: null };
}
