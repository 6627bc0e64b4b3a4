import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { InputFile } from '../../adapters/files/inputFiles.ts';
import type { OpenFile } from '../../adapters/files/openFile.ts';
import { readAt } from '../../adapters/files/openFile.ts';
import { siblingModule } from '../../adapters/process/siblingModule.ts';
import { MAX_FILE_BYTES, MAX_FILES } from '../../pipeline/reconcile/plain/record.ts';
import type { ReconcileOptions } from '../../pipeline/reconcile/reconcileFiles.ts';
import type { ReconcileResult } from '../../pipeline/reconcile/tally.ts';
import { Tally } from '../../pipeline/reconcile/tally.ts';
import type { PlainJob } from '../../pipeline/reconcile/plain/plainShare.ts';
import { PlainShare } from '../../pipeline/reconcile/plain/plainShare.ts';
import type { PlainWorkerData } from './reconcileWorker.ts';

/** Below this the general way is done before threads have started. */
const WORTH_BYTES = 4 * 1024 * 1024;
const MIN_PART_BITS = 4;
const MAX_PART_BITS = 9;
/** Rows of so many bytes make a part whose records fit a processor's cache. */
const PART_BYTES = 4 * 1024 * 1024;
const SEED_RANGE = 2 ** 31;

export type PlainSetting = { readonly threads: number; readonly worthBytes?: number };

/**
 * The quick way for plain CSV files: threads, this one among them, hash rows straight from the bytes and read again only
 * what is not matched.
 * @returns null when the files are not all of the plain shape and beyond doubt; the general way then has to be taken
 */
export async function reconcilePlain(
  files: readonly InputFile[],
  options: ReconcileOptions,
  { threads, worthBytes = WORTH_BYTES }: PlainSetting,
): Promise<ReconcileResult | null> {
  const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const isPlainable =
    files.length <= MAX_FILES &&
    totalBytes >= worthBytes &&
    files.every((file) => file.isSeekable && file.sizeBytes > 0 && file.sizeBytes <= MAX_FILE_BYTES);
  if (!isPlainable) return null;
  const open: OpenFile[] = [];
  try {
    for (const { book, path, sizeBytes } of files) {
      open.push({ book, sizeBytes, descriptor: openSync(path, 'r') });
    }
    return await comparePlain(open, options, threads);
  } finally {
    for (const { descriptor } of open) closeSync(descriptor);
  }
}

/** The same for files that are open. They are left open. */
export async function comparePlain(
  files: readonly OpenFile[],
  options: ReconcileOptions,
  threads: number,
): Promise<ReconcileResult | null> {
  const job: PlainJob = {
    files: files.map(({ book, sizeBytes }) => ({ book, sizeBytes })),
    options,
    seeds: { order: randomInt(SEED_RANGE), key: randomInt(SEED_RANGE) },
    partBits: partBitsOf(files.reduce((sum, file) => sum + file.sizeBytes, 0)),
    control: new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)),
  };
  const descriptors = files.map((file) => file.descriptor);
  const workers = startWorkers(threads - 1, { job, descriptors });
  try {
    const share = new PlainShare(job, {
      read: (file, into, position) => readAt(descriptors[file] ?? -1, into, position),
    });
    return await takeShare(share, workers, options);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Takes this thread's share through the steps; what one thread found in a step goes to all before the next. */
async function takeShare(
  share: PlainShare,
  workers: readonly Worker[],
  options: ReconcileOptions,
): Promise<ReconcileResult | null> {
  const exchange = async <T>(own: T | null): Promise<readonly T[] | null> => {
    const all = [own, ...((await answersOf(workers)) as (T | null)[])];
    const known = all.filter((answer) => answer !== null);
    const answer = known.length === all.length ? known : null;
    for (const worker of workers) worker.postMessage(answer);
    return answer;
  };
  const scanned = await exchange(share.scan());
  const sought = scanned && (await exchange(share.join(scanned)));
  const found = sought && (await exchange(share.candidates(sought)));
  if (!found) return null;
  const tally = new Tally(options.mode, options.date);
  tally.merge(share.finish(found));
  for (const result of await answersOf(workers)) tally.merge(result as ReconcileResult);
  return tally.result();
}

function startWorkers(count: number, data: PlainWorkerData): Worker[] {
  return Array.from(
    { length: count },
    () => new Worker(siblingModule(import.meta.url, './reconcileWorker'), { workerData: data }),
  );
}

/** One message of each worker; rejects with the error of a worker that fails. */
async function answersOf(workers: readonly Worker[]): Promise<unknown[]> {
  return Promise.all(
    workers.map(async (worker): Promise<unknown> => {
      const [answer] = await once(worker, 'message');
      return answer;
    }),
  );
}

function partBitsOf(totalBytes: number): number {
  const bits = Math.ceil(Math.log2(totalBytes / PART_BYTES));
  return Math.min(MAX_PART_BITS, Math.max(MIN_PART_BITS, bits));
}
