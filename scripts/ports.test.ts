import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { checkPorts, PortInUse } from './ports.ts';

test('a busy port names itself, its holder and the flag', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const check = checkPorts([{ port, part: 'province' }]);
  await expect(check).rejects.toThrow(PortInUse);
  await expect(check).rejects.toThrow(`Port ${port} (province) is in use by`);
  await expect(check).rejects.toThrow(`(pid ${process.pid})`);
  await expect(check).rejects.toThrow('--port');

  server.close();
  await once(server, 'close');
  await checkPorts([{ port, part: 'province' }]);
});
