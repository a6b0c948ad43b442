/** Listeners on real sockets: who does not read is cut off, and nobody else. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { until } from '../fixture.ts';
import { Listeners } from './listeners.ts';

test('who does not read is cut off alone', async () => {
  const listeners = new Listeners();
  const server = createServer((_request, response) => listeners.add(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sockets = Array.from({ length: 4 }, () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET /live HTTP/1.1\r\nhost: x\r\n\r\n');
    return socket;
  });
  await until(() => listeners.size === 4);
  const [slow, ...reading] = sockets;
  slow?.pause();
  const read = new Map(reading.map((socket) => [socket, 0]));
  for (const socket of reading) {
    socket.on('data', (chunk) => read.set(socket, (read.get(socket) ?? 0) + chunk.length));
  }
  // More than the system holds for a socket, at a pace at which a reader reads.
  const message = Buffer.alloc(256 * 1024, 'x');
  let written = 0;
  while (listeners.size === 4 && written < 200) {
    listeners.write(message, new Map());
    written += 1;
    await until(() =>
      reading.every((socket) => (read.get(socket) ?? 0) >= written * message.length),
    );
  }
  expect(listeners.size).toBe(3);
  listeners.write(message, new Map());
  await until(() =>
    reading.every((socket) => (read.get(socket) ?? 0) >= (written + 1) * message.length),
  );
  for (const socket of sockets) socket.destroy();
  server.close();
  await until(() => listeners.size === 0);
});
