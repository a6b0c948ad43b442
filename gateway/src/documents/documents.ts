/** Part of step `document`: registered documents, asked by name or by hash (GraphQL over HTTP, persisted documents). */
import { documentHash, type NetClient, type NetDocument, type NetSnapshot } from '@onenet/contract';
import type { Known } from '../callers/callers.ts';
import { HttpRefusal, type AskedParams, type GraphQLParams } from '../http-request.ts';

interface Registered {
  readonly byHash: ReadonlyMap<string, NetDocument>;
  /** By `name@version`, and by `name` the newest. */
  readonly byName: ReadonlyMap<string, NetDocument>;
}

const registered = new WeakMap<NetSnapshot, Registered>();

function registeredIn(net: NetSnapshot): Registered {
  let known = registered.get(net);
  if (!known) {
    const byHash = new Map<string, NetDocument>();
    const byName = new Map<string, NetDocument>();
    const documents = [...(net.documents ?? [])].toSorted((a, b) => a.version - b.version);
    for (const document of documents) {
      byHash.set(document.hash, document);
      byName.set(`${document.name}@${document.version}`, document);
      byName.set(document.name, document);
    }
    registered.set(net, (known = { byHash, byName }));
  }
  return known;
}

/** Those that a caller may ask, by name and version. */
export function documentsFor(net: NetSnapshot, { client }: Pick<Known, 'client'>) {
  return (net.documents ?? []).filter((document) => mayAsk(client, document));
}

/** The document of a name or `name@version`; one that is not for the caller is unknown to it. */
export function documentNamed(
  net: NetSnapshot,
  name: string,
  { client }: Pick<Known, 'client'>,
): NetDocument {
  const document = registeredIn(net).byName.get(name);
  if (document && mayAsk(client, document)) return document;
  throw notRegistered();
}

/** Puts the text in the place of a document's id, and refuses a text of its own to who may ask documents alone. */
export function resolveDocument(
  params: AskedParams,
  net: NetSnapshot,
  known: Pick<Known, 'client'>,
): GraphQLParams {
  const { documentId, query, ...others } = params;
  const { client } = known;
  if (documentId !== undefined) {
    const document = documentOf(net, documentId);
    if (document && mayAsk(client, document)) return { query: document.text, ...others };
    throw notRegistered();
  }
  if (client && !client.adHoc) {
    const document = registeredIn(net).byHash.get(documentHash(query ?? ''));
    if (!document || !mayAsk(client, document)) {
      const text = `${client.id} may ask registered documents alone: see /q.`;
      throw new HttpRefusal(403, 'DOCUMENT_REQUIRED', text);
    }
  }
  return { query: query ?? '', ...others };
}

function documentOf(net: NetSnapshot, id: string): NetDocument | undefined {
  const { byHash, byName } = registeredIn(net);
  const [, hash] = /^sha256:([0-9a-f]{64})$/.exec(id) ?? [];
  return hash === undefined ? byName.get(id) : byHash.get(hash);
}

/** People and programs of this machine may ask any. */
function mayAsk(client: NetClient | undefined, { clients }: NetDocument): boolean {
  return client === undefined || clients === null || clients.includes(client.id);
}

function notRegistered(): HttpRefusal {
  return new HttpRefusal(404, 'NOT_FOUND', 'There is no such document: see /q.');
}
