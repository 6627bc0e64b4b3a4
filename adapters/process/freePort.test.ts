import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort, wantedPort } from './freePort.ts';

test('a free port is none that an outgoing connection may have, and is there for a server', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
  for (const port of [...ports, await wantedPort(0)]) {
    expect(port).toBeGreaterThanOrEqual(15_000);
    expect(port).toBeLessThan(32_000);
  }
  const server = createServer();
  const [port = 0] = ports;
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await expect(wantedPort(port)).rejects.toMatchObject({ code: 'DZ_PORT_IN_USE' });
  await new Promise((resolve) => server.close(resolve));
});
