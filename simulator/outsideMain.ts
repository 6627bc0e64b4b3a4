// Those outside whom the system asks, as a process of its own: the payment platform's refund API and, where the world has any, the
// hospitals' front-end machines: node simulator/outsideMain.ts WORLD.json RECORD.jsonl [UPP_PORT [HDP_PORT]]
//
// WORLD.json is explained in outsideWorld.ts. RECORD.jsonl holds the refunds that were asked for here, each on disk before it is
// answered; a platform that is started again goes on with it. Once everything answers, the first line of stdout is where the refund
// API listens.
import type { PaidOrder } from './endpoints/refunds/refundBook.ts';
import { RefundBook } from './endpoints/refunds/refundBook.ts';
import type { KeptRefund } from './endpoints/refunds/refundBook.ts';
import { RefundDesk } from './endpoints/refunds/refundDesk.ts';
import { openRefundRecord, readRefundRecord } from './endpoints/refunds/refundRecord.ts';
import { startUpp } from './endpoints/refunds/upp.ts';
import { startHdp } from './endpoints/hdp.ts';
import type { Endpoint } from './endpoints/serve.ts';
import type { OutsideWorld, WorldOrder, WorldRefund } from './outsideWorld.ts';
import { readWorld, worldKey } from './outsideWorld.ts';

const [worldPath, recordPath, uppPort = '0', hdpPort = '0'] = process.argv.slice(2);
if (worldPath === undefined || recordPath === undefined) {
  throw new Error('say: node simulator/outsideMain.ts WORLD.json RECORD.jsonl [UPP_PORT [HDP_PORT]]');
}
const now = (): number => Date.now();
const world = readWorld(worldPath);
const record = openRefundRecord(recordPath);
const book = new RefundBook({
  orders: world.orders.map(paidOrder),
  now,
  kept: [...(world.refunds ?? []).map(refunded), ...readRefundRecord(recordPath)],
  onChange: (refund) => record.write(refund),
});
book.balanceFen = world.balanceFen === undefined ? null : BigInt(world.balanceFen);
const { faults = [], processingMs = 0 } = world;
let sends = 0;
const desk = new RefundDesk({
  book,
  processingMs,
  fault: ({ kind }) => (kind === 'SEND' ? (faults[sends++ % faults.length] ?? null) : null),
});
const hdp = world.hdp && (await startFrontEnds(world.hdp, worldPath));
const upp = await startUpp(
  { desk, now, keyId: world.keyId, key: worldKey(worldPath, world.keyFile) },
  Number(uppPort),
);
process.stdout.write(`${upp.url}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void Promise.all([upp.close(), hdp?.close()]).then(() => record.close()));
}

/** One address speaks for all of them; of bills they always say that these are not made yet. */
async function startFrontEnds(
  { keyId, keyFile, orders }: NonNullable<OutsideWorld['hdp']>,
  path: string,
): Promise<Endpoint> {
  const known = new Map(
    orders.map(({ merchantId, ...order }) => [`${merchantId} ${order.orderNo}`, order] as const),
  );
  return startHdp(
    {
      shelf: { bill: () => null },
      behaviour: {
        now,
        readyAtMs: () => Number.POSITIVE_INFINITY,
        fault: () => null,
        maxCallsASecond: Number.POSITIVE_INFINITY,
        urlLivesMs: 0,
      },
      keyId,
      key: worldKey(path, keyFile),
      orderNow: (merchantId, orderNo) => known.get(`${merchantId} ${orderNo}`) ?? null,
    },
    Number(hdpPort),
  );
}

function paidOrder({ merchantId, paidFen, paidAt, ...order }: WorldOrder): PaidOrder {
  return { ...order, merchantNo: merchantId, paidFen: BigInt(paidFen), paidAtMs: Date.parse(paidAt) };
}

function refunded({ merchantId, orderNo, refundNo, amountFen, refundedAt }: WorldRefund): KeptRefund {
  const atMs = Date.parse(refundedAt);
  return {
    merchantNo: merchantId,
    orderNo,
    refundNo,
    refundId: refundNo,
    amountFen: BigInt(amountFen),
    state: 'SUCCESS',
    takenAtMs: atMs,
    refundedAtMs: atMs,
  };
}
