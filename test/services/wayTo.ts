import { createServer, connect } from 'node:net';
import type { Socket } from 'node:net';
import { freePort } from '../../adapters/process/freePort.ts';

/** A way to a server of this machine that a test can block: what is sent is swallowed, as by a firewall. */
export type WayTo = AsyncDisposable & {
  readonly url: string;
  block(): void;
  /** Connections from before stay dead; new ones go through. */
  open(): void;
};

/** @param url `http://127.0.0.1:port` */
export async function wayTo(url: string): Promise<WayTo> {
  const target = Number(new URL(url).port);
  const port = await freePort();
  const pairs = new Set<readonly [Socket, Socket | null]>();
  let isBlocked = false;
  const server = createServer((near) => {
    near.on('error', () => near.destroy());
    if (isBlocked) {
      pairs.add([near, null]);
      return;
    }
    const far = connect(target, '127.0.0.1');
    pairs.add([near, far]);
    far.on('error', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  const listening = Promise.withResolvers<void>();
  server.listen(port, '127.0.0.1', listening.resolve);
  await listening.promise;
  const end = (): void => {
    for (const pair of pairs) for (const socket of pair) socket?.destroy();
    pairs.clear();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    block() {
      isBlocked = true;
      for (const [near, far] of pairs) {
        near.unpipe();
        far?.unpipe();
      }
    },
    open() {
      isBlocked = false;
      end();
    },
    async [Symbol.asyncDispose]() {
      end();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}
