/** `/q`: the registered documents as REST; a list of them, and their description. */
import type { NetDocument } from '@onenet/contract';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { documentsFor } from '../documents/documents.ts';
import { HttpRefusal } from '../http-request.ts';
import { answerBy, callerRequest, type PipelineOptions } from '../pipeline.ts';
import { openApi } from './openapi.ts';
import { restForm } from './rest-form.ts';

/** Whether it answers a path. */
export function isRestPath(path: string): boolean {
  return path === '/q' || path.startsWith('/q/');
}

/** Answers what is below `/q`. */
export async function answerRest(
  request: IncomingMessage,
  response: ServerResponse,
  options: PipelineOptions,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://gateway');
  const name = url.pathname.slice('/q/'.length);
  if (name !== '' && name !== 'openapi.json') {
    return answerBy(restForm(name, url), request, response, options);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new HttpRefusal(405, 'BAD_REQUEST', 'This is asked by GET.', { allow: 'GET' });
  }
  const inForce = options.inForce();
  if (!inForce) throw new HttpRefusal(503, 'UNAVAILABLE', 'The net is not known yet.');
  const known = await options.callers.identify(callerRequest(request), inForce.net);
  using admitted = await options.admission.enter(known);
  const documents = documentsFor(inForce.net, known);
  const body =
    name === ''
      ? { documents: documents.map(listed) }
      : openApi(documents, inForce.generation.schemaOf(known.access));
  response.writeHead(200, {
    ...admitted.headers,
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : JSON.stringify(body));
}

function listed({ name, version, hash, description, descriptionEn, text }: NetDocument): object {
  return { name, version, documentId: `sha256:${hash}`, description, descriptionEn, query: text };
}
