import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { DuizhangError } from '../../domain/errors.ts';

/**
 * Below the ports that systems give to outgoing connections (Linux from 32768 on, others from 49152): a server that takes
 * seconds to start would find one of those taken by anybody's connection.
 */
const OURS = { from: 15_000, to: 32_000 } as const;
const MOST_TRIES = 100;

/** A port of 127.0.0.1 that nobody listens on right now. */
export async function freePort(): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await listenFor(randomInt(OURS.from, OURS.to));
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
    }
  }
}

/**
 * A port of 127.0.0.1 that somebody asked for, found free right now; 0 asks for any.
 * @throws DZ_PORT_IN_USE
 */
export async function wantedPort(port: number): Promise<number> {
  try {
    return port === 0 ? await freePort() : await listenFor(port);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const reason = why === 'EADDRINUSE' ? 'another program listens there' : why;
    throw new DuizhangError(
      'DZ_PORT_IN_USE',
      `port ${port} of 127.0.0.1 cannot be had (${reason}); name another with --port, or none for a free one`,
      { cause },
    );
  }
}

async function listenFor(port: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}
