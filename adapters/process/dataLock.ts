import { createConnection, createServer } from 'node:net';
import type { Server } from 'node:net';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuizhangError } from '../../domain/errors.ts';

export type DataLock = { release(): Promise<void> };

/**
 * Takes a data folder for this process alone. The lock is a listening socket, which the system takes down with its
 * process however that ends; a socket file that nobody answers on is a dead holder's and is replaced.
 * @throws DZ_DATA_IN_USE naming the process that holds it
 */
export async function lockDataDir(dataDir: string): Promise<DataLock> {
  mkdirSync(dataDir, { recursive: true });
  const path = socketPath(dataDir);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const server = await listen(path);
    if (server) return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    const holder = await holderOf(path);
    if (holder !== null) {
      throw new DuizhangError(
        'DZ_DATA_IN_USE',
        `the data folder ${dataDir} is in use by process ${holder}; stop that one first, or choose another with DUIZHANG_DATA`,
      );
    }
    rmSync(path, { force: true });
  }
  throw new DuizhangError(
    'DZ_DATA_IN_USE',
    `the data folder ${dataDir} is being taken by another process right now`,
  );
}

/** Socket paths may not be long (108 bytes on Linux), data folders may. */
function socketPath(dataDir: string): string {
  const name = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 24);
  return join(tmpdir(), `duizhang-${name}.sock`);
}

function listen(path: string): Promise<Server | null> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(String(process.pid));
  });
  return new Promise((resolve, reject) => {
    server.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(path, () => resolve(server.unref()));
  });
}

function holderOf(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    let pid = '';
    socket.on('data', (chunk: Buffer) => {
      pid += chunk.toString('utf8');
    });
    socket.on('end', () => resolve(pid));
    socket.on('error', () => resolve(null));
  });
}
