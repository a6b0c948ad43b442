/** Every way in which an owner fails, and the reason that a caller is given for it. */
import { gzipSync } from 'node:zlib';
import { encodeOwnerCursor } from '@onenet/contract';
import { sendJson, type Fault } from './memory-owner.ts';

/** What must never reach a caller. */
export const secret = '张三演示 13900000000';

const strayCursor = encodeOwnerCursor({
  order: 'SUBMITTED_AT',
  direction: 'DESC',
  key: 1,
  id: '420100:R-none',
});

/** 100 MB of it in 100 kB. */
const bomb = gzipSync(`{"data":${' '.repeat(1e8)}{}}`);

/** By what it does. */
export const faults: Readonly<Record<string, readonly [reason: string, fault: Fault]>> = {
  hang: ['TIMEOUT', () => undefined],
  'status 500': [
    'INVALID',
    (_answer, response) => response.writeHead(500).end(`Stack of ${secret}`),
  ],
  'status 503': ['UNREACHABLE', (_answer, response) => response.writeHead(503).end()],
  'a redirect': [
    'INVALID',
    (_answer, response) => response.writeHead(302, { location: '/graphql?elsewhere' }).end(),
  ],
  HTML: [
    'INVALID',
    (_answer, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>'),
  ],
  'a broken connection': ['UNREACHABLE', (_answer, response) => response.destroy()],
  'half an answer': ['INVALID', (answer, response) => sendJson(response, answer.slice(0, -9))],
  'wrong types': ['INVALID', change(/"title":"[^"]*"/g, '"title":42')],
  'a missing non-null field': ['INVALID', change(/"title":"[^"]*"/g, '"title":null')],
  'a field left out': ['INVALID', change(/"title":"[^"]*",?/g, '')],
  'a field nobody asked for': ['INVALID', change(/"title":/g, '"place":{"name":"x"},"title":')],
  'foreign ids': ['INVALID', change(/"420100:/g, '"420500:')],
  'a foreign platform': ['INVALID', change(/"platformCode":"420100"/g, '"platformCode":"420500"')],
  'an unknown __typename': ['INVALID', change(/"ServiceRequest"/g, '"Nonsense"')],
  'an unknown enum value': ['INVALID', change(/"SUBMITTED"/g, '"LOST"')],
  'no time': ['INVALID', change(/"submittedAt":"[^"]*"/g, '"submittedAt":"yesterday"')],
  'a cursor of another row': [
    'INVALID',
    change(/"onenet_cursor":"[^"]*"/g, `"onenet_cursor":"${strayCursor}"`),
  ],
  'a page out of order': ['INVALID', changeEdges((edges) => edges.toReversed())],
  'rows without end': [
    'INVALID',
    changeEdges((edges) => Array.from({ length: 9 }, () => edges).flat()),
  ],
  'deep nesting': [
    'INVALID',
    (_answer, response) =>
      sendJson(response, `{"data":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`),
  ],
  'a million arrays inside each other': [
    'INVALID',
    (_answer, response) =>
      sendJson(response, `{"data":{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}}`),
  ],
  'errors without an end, each inside another': [
    'INVALID',
    (_answer, response) => {
      const inside = `${'{"path":['.repeat(100_000)}${']}'.repeat(100_000)}`;
      sendJson(response, `{"data":null,"errors":[${inside}]}`);
    },
  ],
  'a bomb that is compressed': [
    'INVALID',
    (_answer, response) => {
      const type = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      response.writeHead(200, type).end(bomb);
    },
  ],
  'a byte now and then': [
    'TIMEOUT',
    (_answer, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(drip));
    },
  ],
  'an endless body': [
    'OVER_BUDGET',
    (_answer, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = Buffer.alloc(2 ** 20, 'a');
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    },
  ],
  'an error of its own': [
    'INVALID',
    (_answer, response) =>
      sendJson(response, JSON.stringify({ data: null, errors: [{ message: `No ${secret}` }] })),
  ],
};

function change(pattern: RegExp, replacement: string): Fault {
  return (answer, response) => sendJson(response, answer.replaceAll(pattern, replacement));
}

function changeEdges(edit: (edges: readonly unknown[]) => readonly unknown[]): Fault {
  return (answer, response) =>
    sendJson(
      response,
      JSON.stringify(JSON.parse(answer), (key, value: unknown) =>
        key === 'edges' && Array.isArray(value) ? edit(value) : value,
      ),
    );
}
