import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BillArchive } from '../../domain/billArchive.ts';
import { FolderArchive } from './folderArchive.ts';
import { openArchive } from './openArchive.ts';
import { S3Archive, type S3Place } from './s3Archive.ts';

let dir = '';
let s3: S3rver;
let place: S3Place;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'duizhang-archive-test-'));
  s3 = new S3rver({
    address: '127.0.0.1',
    port: 0,
    directory: join(dir, 's3'),
    silent: true,
    configureBuckets: [{ name: 'bills' }],
  });
  const { port } = await s3.run();
  const endpoint = `http://127.0.0.1:${port}`;
  const keys = { accessKey: 'S3RVER', secretKey: 'S3RVER' };
  place = { endpoint, region: 'us-east-1', bucket: 'bills', prefix: 'kept/', ...keys };
});
afterAll(async () => {
  await s3.close();
  await rm(dir, { recursive: true, force: true });
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function* chunksOf(bytes: Uint8Array, size = 1 << 16): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function bytesOf(archive: BillArchive, name: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive.read(name)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Every file below a folder, by path. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const newFolder = () => mkdtemp(join(dir, 'folder-'));
const ARCHIVES: readonly [string, () => Promise<BillArchive>][] = [
  ['folder', async () => new FolderArchive(await newFolder(), Date.now)],
  ['S3 store', async () => new S3Archive(place)],
];

describe.each(ARCHIVES)('a %s', (_, open) => {
  test.each([
    ['nothing', 0],
    ['a small bill', 1000],
    ['a bill of several parts', 40 * 1024 * 1024 + 1],
  ])('gives back %s byte by byte, under its SHA-256', async (_name, size) => {
    const archive = await open();
    const bytes = randomBytes(size);
    const name = sha256(bytes);
    expect(await archive.keep(chunksOf(bytes))).toEqual({ sha256: name, sizeBytes: size });
    expect(await archive.keep(chunksOf(bytes, 7919))).toEqual({ sha256: name, sizeBytes: size });
    expect((await bytesOf(archive, name)).equals(bytes)).toBe(true);
  });

  test('says so when it has no such bill', async () => {
    await expect(bytesOf(await open(), 'ab'.repeat(32))).rejects.toMatchObject({
      code: 'DZ_ARCHIVE_MISSING',
    });
  });

  test('keeps nothing of a bill whose bytes broke off', async () => {
    const archive = await open();
    async function* broken() {
      yield Buffer.from('half');
      throw new Error('the line went dead');
    }
    await expect(archive.keep(broken())).rejects.toThrow('the line went dead');
    await expect(bytesOf(archive, sha256(Buffer.from('half')))).rejects.toMatchObject({
      code: 'DZ_ARCHIVE_MISSING',
    });
  });
});

describe('a folder', () => {
  const bytes = Buffer.from('a bill');
  const name = sha256(bytes);
  const pathIn = (root: string) => join(root, name.slice(0, 2), name.slice(2, 4), name);

  test('holds each bill once, and nothing else', async () => {
    const root = await newFolder();
    const archive = new FolderArchive(root, Date.now);
    await Promise.all([archive.keep(chunksOf(bytes)), archive.keep(chunksOf(bytes))]);
    expect(await filesIn(root)).toEqual([pathIn(root)]);
  });

  test('never hands out other bytes for the bill: damage is told, and mended by the original', async () => {
    const root = await newFolder();
    const archive = new FolderArchive(root, Date.now);
    await archive.keep(chunksOf(bytes));
    await chmod(pathIn(root), 0o600);
    await writeFile(pathIn(root), 'a bilk');
    await expect(bytesOf(archive, name)).rejects.toMatchObject({ code: 'DZ_ARCHIVE_DAMAGED' });
    await archive.keep(chunksOf(bytes));
    expect((await bytesOf(archive, name)).toString()).toBe('a bill');
  });

  test('sweeps what a killed import left, a day later', async () => {
    const root = await newFolder();
    await new FolderArchive(root, Date.now).keep(chunksOf(bytes));
    const [old, young] = [join(root, 'incoming', 'old'), join(root, 'incoming', 'young')];
    for (const path of [old, young]) await writeFile(path, 'half');
    const before = new Date(Date.now() - 25 * 3_600_000);
    await utimes(old, before, before);
    await new FolderArchive(root, Date.now).keep(chunksOf(bytes));
    expect((await filesIn(root)).toSorted()).toEqual([pathIn(root), young].toSorted());
  });

  test('that cannot be written is told with its path', async () => {
    const path = join(await newFolder(), 'file');
    await writeFile(path, '');
    await expect(new FolderArchive(path, Date.now).keep(chunksOf(bytes))).rejects.toMatchObject({
      code: 'DZ_SYSTEM_ARCHIVE',
      message: expect.stringContaining(path),
    });
  });
});

describe('an S3 store', () => {
  test.each([
    ['without its bucket', () => ({ ...place, bucket: 'nowhere' })],
    ['with wrong keys', () => ({ ...place, secretKey: 'wrong' })],
    ['that is not there', () => ({ ...place, endpoint: 'http://127.0.0.1:1' })],
  ])('%s is told with its place', async (_, wrong) => {
    await expect(new S3Archive(wrong()).keep(chunksOf(Buffer.from('x')))).rejects.toMatchObject({
      code: 'DZ_SYSTEM_ARCHIVE',
      message: expect.stringContaining(wrong().endpoint),
    });
  });
});

describe('the configuration', () => {
  test('names a folder, an S3 store, or nothing: then bills lie in the data folder', async () => {
    const data = await newFolder();
    for (const config of [null, { folder: 'kept' }]) {
      await openArchive(config, data, {}).keep(chunksOf(Buffer.from('x')));
    }
    expect((await readdir(data)).toSorted()).toEqual(['bills', 'kept']);
    const { endpoint, bucket } = place;
    const env = { DUIZHANG_S3_ACCESS_KEY: 'S3RVER', DUIZHANG_S3_SECRET_KEY: 'S3RVER' };
    const archive = openArchive({ s3: { endpoint, bucket } }, data, env);
    const { sha256: kept } = await archive.keep(chunksOf(Buffer.from('y')));
    expect((await bytesOf(archive, kept)).toString()).toBe('y');
    expect(() => openArchive({ s3: { endpoint, bucket } }, data, {})).toThrow('DUIZHANG_S3_ACCESS_KEY');
  });
});
