// The payment platform's refund API as a process of its own: node simulator/gatewayMain.ts WORLD.json RECORD.jsonl [PORT]
//
// WORLD.json: { keyId, keyFile (base64, relative to WORLD.json), orders: [{ merchantId, orderNo, channel, channelTxnNo, paidFen,
// paidAt }], balanceFen?, processingMs?, faults? }. Sends take the faults (REFUND_FAULTS, or null) in turn, over and over; questions
// are answered well. RECORD.jsonl holds the refunds, each on disk before it is answered; a gateway that is started again goes on
// with it. The first line of stdout is where it listens.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { CHANNELS } from '../domain/entry.ts';
import { RefundBook } from './endpoints/refunds/refundBook.ts';
import type { RefundFault } from './endpoints/refunds/refundDesk.ts';
import { REFUND_FAULTS, RefundDesk } from './endpoints/refunds/refundDesk.ts';
import { openRefundRecord, readRefundRecord } from './endpoints/refunds/refundRecord.ts';
import { startUpp } from './endpoints/refunds/upp.ts';

const Fen = Type.String({ pattern: '^\\d{1,18}$' });
const strict = { additionalProperties: false } as const;
const world = Compile(
  Type.Object(
    {
      keyId: Type.String(),
      keyFile: Type.String(),
      orders: Type.Array(
        Type.Object(
          {
            merchantId: Type.String(),
            orderNo: Type.String(),
            channel: Type.Unsafe<(typeof CHANNELS)[number]>({ type: 'string', enum: [...CHANNELS] }),
            channelTxnNo: Type.String(),
            paidFen: Fen,
            paidAt: Type.String(),
          },
          strict,
        ),
      ),
      balanceFen: Type.Optional(Fen),
      processingMs: Type.Optional(Type.Integer({ minimum: 0 })),
      faults: Type.Optional(
        Type.Array(
          Type.Union([Type.Unsafe<RefundFault>({ type: 'string', enum: [...REFUND_FAULTS] }), Type.Null()]),
        ),
      ),
    },
    strict,
  ),
);

const [worldPath, recordPath, port = '0'] = process.argv.slice(2);
if (worldPath === undefined || recordPath === undefined) {
  throw new Error('say: node simulator/gatewayMain.ts WORLD.json RECORD.jsonl [PORT]');
}
const said: unknown = JSON.parse(readFileSync(worldPath, 'utf8'));
if (!world.Check(said)) {
  const [error] = world.Errors(said);
  throw new Error(`${worldPath}${error?.instancePath ?? ''}: ${error?.message ?? 'is no world'}`);
}
const record = openRefundRecord(recordPath);
const now = (): number => Date.now();
const book = new RefundBook({
  orders: said.orders.map(({ merchantId, paidFen, paidAt, ...order }) => ({
    ...order,
    merchantNo: merchantId,
    paidFen: BigInt(paidFen),
    paidAtMs: Date.parse(paidAt),
  })),
  now,
  kept: readRefundRecord(recordPath),
  onChange: (refund) => record.write(refund),
});
book.balanceFen = said.balanceFen === undefined ? null : BigInt(said.balanceFen);
const { faults = [] } = said;
let sends = 0;
const desk = new RefundDesk({
  book,
  processingMs: said.processingMs ?? 0,
  fault: ({ kind }) => (kind === 'SEND' ? (faults[sends++ % faults.length] ?? null) : null),
});
const key = Buffer.from(readFileSync(resolve(dirname(worldPath), said.keyFile), 'utf8').trim(), 'base64');
const endpoint = await startUpp({ desk, now, keyId: said.keyId, key }, Number(port));
process.stdout.write(`${endpoint.url}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void endpoint.close().then(() => record.close()));
}
