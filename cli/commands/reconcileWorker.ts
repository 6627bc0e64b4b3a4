import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { readAt } from '../../adapters/files/openFile.ts';
import type { HintFacts, Sought } from '../../pipeline/reconcile/hintSearch.ts';
import type { PartedRecords } from '../../pipeline/reconcile/plain/arena.ts';
import type { PlainJob } from '../../pipeline/reconcile/plain/plainShare.ts';
import { PlainShare } from '../../pipeline/reconcile/plain/plainShare.ts';

/** What the main thread gives to each of its threads, and what passes between them: each step's answers go to all. */
export type PlainWorkerData = { readonly job: PlainJob; readonly descriptors: readonly number[] };

const port = parentPort;
if (!port) throw new Error('this file runs as a worker thread');
const { job, descriptors } = workerData as PlainWorkerData;
const share = new PlainShare(job, {
  read: (file, into, position) => readAt(descriptors[file] ?? -1, into, position),
});

/** Tells the main thread a step's answer and waits for the answers of all threads; null: one has given up, and so do all. */
async function exchange(answer: unknown): Promise<unknown> {
  const reply = port === null ? Promise.reject(new Error('no port')) : once(port, 'message');
  port?.postMessage(answer);
  const [answers] = await reply;
  return answers;
}

async function run(): Promise<void> {
  const scanned = await exchange(share.scan());
  if (scanned === null) return;
  const sought = await exchange(share.join(scanned as readonly PartedRecords[]));
  if (sought === null) return;
  const found = await exchange(share.candidates(sought as readonly Sought[]));
  port?.postMessage(share.finish(found as readonly HintFacts[]));
}

try {
  await run();
} finally {
  port.close();
}
