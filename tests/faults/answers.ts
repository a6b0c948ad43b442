/** What a faulty owner does to its own true answer: one fault each, by name. */
import type { ServerResponse } from 'node:http';

/** What the front before an owner can be told to do. */
export const faults = [
  'none',
  'hang',
  'slow',
  'http500',
  'html',
  'reset',
  'notJson',
  'wrongType',
  'missing',
  'foreignId',
  'unknownTypename',
  'unordered',
  'tooMany',
  'deep',
  'huge',
  'leak',
  'partial',
] as const;
export type Fault = (typeof faults)[number];

/** A text that must never reach a caller. */
export const secret = '张三演示 13900000000';

/** Answers in the way of the fault; `answer` is the owner's own. */
export function answerWith(fault: Fault, answer: string, response: ServerResponse): void {
  const json = (body: string) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  switch (fault) {
    case 'none':
      json(answer);
      return;
    case 'hang':
      return;
    case 'slow':
      setTimeout(() => json(answer), 400);
      return;
    case 'http500':
      response.writeHead(500, { 'content-type': 'text/plain' }).end(`Stack trace of ${secret}`);
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Maintenance</h1>');
      return;
    case 'reset':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(answer.slice(0, answer.length / 2));
      setImmediate(() => response.destroy());
      return;
    case 'notJson':
      json(answer.slice(0, -3));
      return;
    case 'wrongType':
      json(answer.replaceAll(/"title":"[^"]*"/g, '"title":42'));
      return;
    case 'missing':
      json(answer.replaceAll(/"title":"[^"]*"/g, '"title":null'));
      return;
    case 'foreignId':
      json(answer.replaceAll(/"420100:/g, '"420999:'));
      return;
    case 'unknownTypename':
      json(answer.replaceAll('"__typename":"ServiceRequest"', '"__typename":"Nonsense"'));
      return;
    case 'unordered':
      json(changeEdges(answer, (edges) => edges.toReversed()));
      return;
    case 'tooMany':
      json(changeEdges(answer, (edges) => Array.from({ length: 300 }, () => edges).flat()));
      return;
    case 'deep':
      json(`{"data":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`);
      return;
    case 'huge':
      stream(response);
      return;
    case 'partial':
      json(withPartialError(answer));
      return;
    case 'leak':
      json(JSON.stringify({ data: null, errors: [{ message: `No row for ${secret}` }] }));
      return;
  }
}

/** A gigabyte that begins like an answer. */
function stream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"data":{"x":"');
  const chunk = Buffer.alloc(2 ** 20, 'a');
  let left = 1024;
  const more = () => {
    while (left-- > 0) if (!response.write(chunk)) return;
    response.end('"}}');
  };
  response.on('drain', more);
  more();
}

function changeEdges(answer: string, change: (edges: unknown[]) => unknown[]): string {
  return JSON.stringify(JSON.parse(answer), (key, value: unknown) =>
    key === 'edges' && Array.isArray(value) ? change(value) : value,
  );
}

/** The first row's handler could not be read. */
function withPartialError(answer: string): string {
  const { data } = JSON.parse(answer) as { data: Record<string, { edges: { node: object }[] }> };
  const [[key, list] = []] = Object.entries(data);
  if (key === undefined || !list) throw new Error('There is no list.');
  Object.assign(list.edges[0]?.node ?? {}, { handler: null });
  const path = [key, 'edges', 0, 'node', 'handler'];
  return JSON.stringify({ data, errors: [{ message: `Cannot read ${secret}`, path }] });
}
