import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { uppRefunds } from '../../adapters/refunds/uppRefunds.ts';
import type { RefundOrder } from '../../domain/resolutionPorts.ts';
import { readRefundRecord } from '../../simulator/endpoints/refunds/refundRecord.ts';

const MAIN = new URL('../../simulator/outsideMain.ts', import.meta.url).pathname;
const WITHIN_MS = 10_000;
const key = randomBytes(32);
let dir: string;
let children: ChildProcess[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dz-gateway-'));
  children = [];
  writeFileSync(join(dir, 'upp.key'), key.toString('base64'));
});
afterEach(async () => {
  for (const child of children) await killed(child);
  rmSync(dir, { recursive: true });
});

const record = (): string => join(dir, 'record.jsonl');

function writeWorld(more: object = {}): string {
  const orders = Array.from({ length: 50 }, (_, n) => ({
    merchantId: 'H001',
    orderNo: `A${n}`,
    channel: 'UNIONPAY',
    channelTxnNo: `T${n}`,
    paidFen: '2500',
    paidAt: new Date(Date.now() - 86_400_000).toISOString(),
  }));
  const path = join(dir, 'world.json');
  writeFileSync(path, JSON.stringify({ keyId: 'duizhang', keyFile: 'upp.key', orders, ...more }));
  return path;
}

async function start(world: string) {
  const child = spawn(process.execPath, [MAIN, world, record()], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let complaint = '';
  child.stderr.on('data', (bytes: Buffer) => {
    complaint += bytes.toString();
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString().trim()));
    child.once('close', (code) => reject(new Error(`the gateway ended with ${code}: ${complaint}`)));
  });
  const access = { url: new URL(url), key: { keyId: 'duizhang', key } };
  const deps = { now: () => Date.now(), nonce: () => randomBytes(16).toString('hex') };
  return { child, gateway: uppRefunds(access, deps) };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function orderOf(n: number): RefundOrder {
  return {
    merchantId: 'H001',
    channel: 'UNIONPAY',
    merchantNo: '777000000000001',
    orderNo: `A${n}`,
    channelTxnNo: `T${n}`,
    refundNo: `DZ${n}-1`,
    amountFen: 1_000n,
    paidFen: 2_500n,
    reason: 'x',
  };
}

test('what a gateway answered is on its record when it is killed, and one that goes on refunds nothing twice', async () => {
  const world = writeWorld();
  const first = await start(world);
  const answered: string[] = [];
  const sending = Promise.all(
    Array.from({ length: 50 }, async (_, n) => {
      const answer = await first.gateway.send(orderOf(n), WITHIN_MS);
      if (answer.state === 'SUCCEEDED') answered.push(orderOf(n).refundNo);
      if (answered.length === 5) first.child.kill('SIGKILL');
      return answer.state;
    }),
  );
  const states = await sending;
  await killed(first.child);
  expect(new Set(states)).toEqual(new Set(['SUCCEEDED', 'UNKNOWN']));
  const kept = readRefundRecord(record()).map(({ refundNo }) => refundNo);
  expect(answered.filter((refundNo) => !kept.includes(refundNo))).toEqual([]);
  // What a kill in the middle of a write leaves.
  appendFileSync(record(), '{"merchantNo":"H001","ord');
  const second = await start(world);
  for (let n = 0; n < 50; n += 1) {
    expect(await second.gateway.send(orderOf(n), WITHIN_MS)).toMatchObject({ state: 'SUCCEEDED' });
  }
  const lines = readFileSync(record(), 'utf8').trim().split('\n');
  const written = lines.map((line) => String(JSON.parse(line).refundNo));
  expect([written.length, new Set(written).size]).toEqual([50, 50]);
});

test('its sends take the faults of its world in turn, and questions are answered well', async () => {
  const { gateway } = await start(writeWorld({ faults: ['SYSTEM_ERROR_AFTER', null] }));
  expect(await gateway.send(orderOf(1), WITHIN_MS)).toMatchObject({ state: 'UNKNOWN' });
  expect(await gateway.ask(orderOf(1), WITHIN_MS)).toMatchObject({ state: 'SUCCEEDED' });
  expect(await gateway.send(orderOf(2), WITHIN_MS)).toMatchObject({ state: 'SUCCEEDED' });
  expect(await gateway.send(orderOf(3), WITHIN_MS)).toMatchObject({ state: 'UNKNOWN' });
});

test('a world that says what is not known is refused', async () => {
  const world = writeWorld({ faults: ['EARTHQUAKE'] });
  await expect(start(world)).rejects.toThrow(/ended with 1: [^]*world\.json\/faults\/0/);
});
