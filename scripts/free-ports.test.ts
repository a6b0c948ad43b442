import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { checkPorts, PortInUse } from './free-ports.ts';

test('a busy port names itself, its holder and the flag', async () => {
  await using held = await heldPort();
  const check = checkPorts([{ port: held.port, part: 'province' }]);
  await expect(check).rejects.toThrow(PortInUse);
  await expect(check).rejects.toThrow(`Port ${held.port} (province) is in use by`);
  await expect(check).rejects.toThrow(`(pid ${process.pid})`);
  await expect(check).rejects.toThrow('--port');
});

test('a free port is let pass', async () => {
  const { port, ...held } = await heldPort();
  await held[Symbol.asyncDispose]();
  await expect(checkPorts([{ port, part: 'province' }])).resolves.toBeUndefined();
});

test('the platforms of one holder are one line', async () => {
  await using first = await heldPort();
  await using second = await heldPort();
  const [lower, higher] = [first.port, second.port].toSorted((a, b) => a - b);
  const check = checkPorts([
    { port: first.port, part: 'platform 420100' },
    { port: second.port, part: 'platform WISCO' },
  ]);
  await expect(check).rejects.toThrow(
    new RegExp(`^Ports ${lower} to ${higher} \\(2 platforms\\) are in use by .+\n.+$`),
  );
});

/** A port on which this process listens until the block ends. */
async function heldPort(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
