import { lstat, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArrivedBill, BillInbox } from '../../../domain/billSource.ts';
import type { Book } from '../../../domain/entry.ts';
import { BOOKS } from '../../../domain/entry.ts';
import { readChunks } from '../../files/readChunks.ts';
import { writeWhole } from '../../files/writeWhole.ts';
import { dateInName } from './dateInName.ts';

export type DropFolder = {
  readonly merchantId: string;
  /** Holds `merchant/`, `platform/` and `channel/`, into which files are put, and our `working/`, `done/`, `refused/`. */
  readonly folder: string;
  /** A file is whole when neither its size nor its time changed for this long. */
  readonly settleMs: number;
};

/** Names that writers give to what is not complete yet; it is renamed when it is. */
const UNFINISHED = /^[.~]|\.(part|tmp|temp|filepart|crdownload|swp)$/i;

type Look = {
  readonly size: number;
  readonly mtimeMs: number;
  readonly inode: number;
  readonly sinceMs: number;
};

/**
 * Bills that are put into a folder. Each file is in one place at any moment, since it only moves by rename: waiting, `working/`
 * while it is imported, then `done/` or `refused/` with the reason beside it. What a killed process left in `working/` is
 * looked at first; importing it again changes nothing. One process may look into a folder at a time.
 * @param now epoch milliseconds of this machine
 */
export function dropFolder(drop: DropFolder, now: () => number): BillInbox {
  const seen = new Map<string, Look>();
  return {
    name: 'drop',
    async *arrived() {
      for (const book of BOOKS) await makeFolders(drop.folder, book);
      for (const book of BOOKS) {
        for (const name of await filesIn(placeOf(drop, 'working', book))) yield arrivedBill(drop, book, name);
      }
      for (const book of BOOKS) {
        for (const name of await wholeFiles(drop, book, seen, now())) {
          const working = placeOf(drop, 'working', book);
          const claimed = await freeName(working, name);
          if (!(await moved(join(placeOf(drop, 'waiting', book), name), join(working, claimed)))) continue;
          yield arrivedBill(drop, book, claimed);
        }
      }
    },
  };
}

async function wholeFiles(
  drop: DropFolder,
  book: Book,
  seen: Map<string, Look>,
  nowMs: number,
): Promise<readonly string[]> {
  const waiting = placeOf(drop, 'waiting', book);
  const names = await filesIn(waiting);
  const whole: string[] = [];
  for (const name of names) {
    const path = join(waiting, name);
    const stats = await lstat(path).catch(nullIfGone);
    if (!stats) continue;
    const before = seen.get(path);
    const { size, mtimeMs, ino: inode } = stats;
    const isSame = before?.size === size && before.mtimeMs === mtimeMs && before.inode === inode;
    const look = isSame ? before : { size, mtimeMs, inode, sinceMs: nowMs };
    seen.set(path, look);
    if (nowMs - look.sinceMs < drop.settleMs) continue;
    seen.delete(path);
    whole.push(name);
  }
  for (const path of seen.keys()) {
    if (path.startsWith(`${waiting}/`) && !names.includes(path.slice(waiting.length + 1))) seen.delete(path);
  }
  return whole;
}

function arrivedBill(drop: DropFolder, book: Book, name: string): ArrivedBill {
  const path = join(placeOf(drop, 'working', book), name);
  const moveTo = async (place: 'done' | 'refused' | 'waiting', as: string): Promise<void> => {
    await rename(path, join(placeOf(drop, place, book), as));
  };
  const freeIn = (place: 'done' | 'refused' | 'waiting'): Promise<string> =>
    freeName(placeOf(drop, place, book), name);
  return {
    merchantId: drop.merchantId,
    book,
    dateInName: dateInName(name),
    bill: {
      fileName: name,
      from: join(placeOf(drop, 'waiting', book), name),
      open: () => readChunks(path, name),
      dispose: async () => undefined,
    },
    done: async () => moveTo('done', await freeIn('done')),
    refuse: async (code, reason) => {
      const as = await freeIn('refused');
      await writeWhole(join(placeOf(drop, 'refused', book), `${as}.reason.txt`), `${code}\n${reason}\n`);
      await moveTo('refused', as);
    },
    putBack: async () => moveTo('waiting', await freeIn('waiting')),
  };
}

type Place = 'waiting' | 'working' | 'done' | 'refused';

function placeOf({ folder }: DropFolder, place: Place, book: Book): string {
  const own = book.toLowerCase();
  return place === 'waiting' ? join(folder, own) : join(folder, place, own);
}

async function makeFolders(folder: string, book: Book): Promise<void> {
  const own = book.toLowerCase();
  for (const place of [own, `working/${own}`, `done/${own}`, `refused/${own}`]) {
    await mkdir(join(folder, place), { recursive: true });
  }
}

/** Regular files by name; never a link, which could lead anywhere. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !UNFINISHED.test(entry.name))
    .map((entry) => entry.name)
    .toSorted();
}

/** A name that no file of the folder has: nothing is ever overwritten. */
async function freeName(folder: string, name: string): Promise<string> {
  const [, stem = name, ending = ''] = /^([^.]+)(\..*)?$/.exec(name) ?? [];
  for (let n = 1; ; n += 1) {
    const candidate = n === 1 ? name : `${stem}~${n}${ending}`;
    if ((await lstat(join(folder, candidate)).catch(nullIfGone)) === null) return candidate;
  }
}

/** @returns false when the file is gone: somebody took it away, or another process took it */
async function moved(from: string, to: string): Promise<boolean> {
  return (await rename(from, to).catch(nullIfGone)) !== null;
}

function nullIfGone(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
