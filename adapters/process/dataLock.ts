import { createConnection, createServer } from 'node:net';
import type { Server } from 'node:net';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuizhangError } from '../../domain/errors.ts';

export type DataLock = { readonly release: () => Promise<void> };

/** Socket paths may have 108 bytes on Linux, 104 on macOS. */
const MAX_SOCKET_PATH_BYTES = 100;
const SETTLE_MS = 100;

/**
 * Takes a data folder for this process alone. The lock is a listening socket, which the system takes down with its
 * process however that ends; a socket file that nobody answers on is a dead holder's and is replaced.
 * @throws DZ_DATA_IN_USE naming the process that holds it
 */
export async function lockDataDir(dataDir: string): Promise<DataLock> {
  // Whoever may read it reads the ledger, the log and the addresses of both.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = socketPath(dataDir);
  let replacedDeadHolder = false;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const server = await listen(path);
    if (server && (!replacedDeadHolder || (await isStillOurs(path)))) return { release: () => close(server) };
    if (server) await close(server);
    const holder = await holderOf(path);
    if (holder !== null) {
      throw new DuizhangError(
        'DZ_DATA_IN_USE',
        `the data folder ${dataDir} is in use by process ${holder}; stop that one first, or choose another with DUIZHANG_DATA`,
      );
    }
    rmSync(path, { force: true });
    replacedDeadHolder = true;
  }
  throw new DuizhangError(
    'DZ_DATA_IN_USE',
    `the data folder ${dataDir} is being taken by another process right now`,
  );
}

function socketPath(dataDir: string): string {
  const folder = realpathSync(dataDir);
  const inside = join(folder, 'lock.sock');
  if (Buffer.byteLength(inside) <= MAX_SOCKET_PATH_BYTES) return inside;
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 24);
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

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Two that found the same dead holder may each remove the other's new socket: the one that stands a moment later has it. */
async function isStillOurs(path: string): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return (await holderOf(path)) === String(process.pid);
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
