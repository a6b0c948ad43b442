/** What `/access/documents` does: one action each, from JSON to JSON. */
import type { AccessActions, AccessAnswer, AccessCall } from '../access/http.ts';
import { checkName, checkText, type DocumentVersion } from './document.ts';
import { addDocument, findDocuments, listDocuments, retireDocuments } from './documents.ts';

const mostClients = 200;

export const documentActions: AccessActions = {
  GET: list,
  POST: add,
  'GET id': show,
  'DELETE id': retire,
};

async function list({ store, query }: AccessCall): Promise<AccessAnswer> {
  const documents = await listDocuments(store.registry, query.get('retired') === 'true');
  return { status: 200, body: { documents: documents.map(shownDocument) } };
}

async function add({ store, fields, asker, supergraph }: AccessCall): Promise<AccessAnswer> {
  const document = {
    name: fields.text('name'),
    text: fields.longText('text'),
    clients: fields.optional('clients', (at) => fields.texts(at, mostClients)) ?? null,
    description: fields.text('description', 500),
    descriptionEn: fields.text('descriptionEn', 500),
  };
  fields.done();
  checkName(document.name);
  checkText(document.text, supergraph());
  return { status: 201, body: shownDocument(await addDocument(store.registry, document, asker)) };
}

async function show({ store, id }: AccessCall): Promise<AccessAnswer> {
  const documents = await findDocuments(store.registry, id);
  return { status: 200, body: { documents: documents.map(shownDocument) } };
}

async function retire({ store, id, asker }: AccessCall): Promise<AccessAnswer> {
  await retireDocuments(store.registry, id, asker);
  return { status: 200, body: { retired: id } };
}

function shownDocument({ _id: id, ...document }: DocumentVersion): object {
  return { id, ...document };
}
