/** GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/), with documents by their id. */
import { resolveDocument } from './documents/documents.ts';
import type { Form } from './form.ts';
import { chooseAnswerType, readParams, type AnswerType } from './http-request.ts';

export function graphqlForm(): Form {
  let type: AnswerType = 'application/json';
  return {
    accept({ headers }) {
      type = chooseAnswerType(headers.accept);
    },
    async read(request, { net, known }) {
      return resolveDocument(await readParams(request), net, known);
    },
    /**
     * To a client that reads application/graphql-response+json the status tells whether anything was
     * executed; to one that reads application/json every GraphQL answer is 200.
     */
    write({ answer, status }) {
      const isRefused = answer.data === undefined && type === 'application/graphql-response+json';
      return { status: status ?? (isRefused ? 400 : 200), type, body: JSON.stringify(answer) };
    },
  };
}
