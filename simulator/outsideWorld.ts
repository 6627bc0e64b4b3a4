import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Static } from 'typebox';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { CHANNELS } from '../domain/entry.ts';
import type { RefundFault } from './endpoints/refunds/refundDesk.ts';
import { REFUND_FAULTS } from './endpoints/refunds/refundDesk.ts';

// WORLD.json of simulator/outsideMain.ts: what those outside know before anybody asks them. Amounts are fen as text, times RFC 3339.

const strict = { additionalProperties: false } as const;
const Fen = Type.String({ pattern: '^\\d{1,18}$' });
/** Who may ask, and with which key: base64 in a file, relative to WORLD.json. */
const Access = { keyId: Type.String(), keyFile: Type.String() };

/** All that was paid of an order, in one sum; `channelTxnNo` and `paidAt` are those of its first payment. */
const PaidOrderSchema = Type.Object(
  {
    merchantId: Type.String(),
    orderNo: Type.String(),
    channel: Type.Unsafe<(typeof CHANNELS)[number]>({ type: 'string', enum: [...CHANNELS] }),
    channelTxnNo: Type.String(),
    paidFen: Fen,
    paidAt: Type.String(),
  },
  strict,
);

/** A refund that was carried out before the world begins. */
const RefundedSchema = Type.Object(
  {
    merchantId: Type.String(),
    orderNo: Type.String(),
    refundNo: Type.String(),
    amountFen: Fen,
    refundedAt: Type.String(),
  },
  strict,
);

/** As schemas/hdp.openapi.yaml has it, with its hospital. */
const HisOrderSchema = Type.Object(
  {
    merchantId: Type.String(),
    orderNo: Type.String(),
    state: Type.Unsafe<'BOOKED' | 'REFUNDED'>({ type: 'string', enum: ['BOOKED', 'REFUNDED'] }),
    hisOrderNo: Type.String(),
    amountFen: Fen,
    occurredAt: Type.String(),
    refunds: Type.Array(
      Type.Object(
        {
          refundNo: Type.Union([Type.String(), Type.Null()]),
          amountFen: Fen,
          occurredAt: Type.String(),
        },
        strict,
      ),
    ),
  },
  strict,
);

const WorldSchema = Type.Object(
  {
    ...Access,
    orders: Type.Array(PaidOrderSchema),
    refunds: Type.Optional(Type.Array(RefundedSchema)),
    balanceFen: Type.Optional(Fen),
    processingMs: Type.Optional(Type.Integer({ minimum: 0 })),
    /** Sends of refunds take them in turn, over and over; questions are answered well. */
    faults: Type.Optional(
      Type.Array(
        Type.Union([Type.Unsafe<RefundFault>({ type: 'string', enum: [...REFUND_FAULTS] }), Type.Null()]),
      ),
    ),
    /** The hospitals' front-end machines, as far as they are asked for orders; absent: there is none. */
    hdp: Type.Optional(Type.Object({ ...Access, orders: Type.Array(HisOrderSchema) }, strict)),
  },
  strict,
);

export type OutsideWorld = Static<typeof WorldSchema>;
export type WorldOrder = Static<typeof PaidOrderSchema>;
export type WorldRefund = Static<typeof RefundedSchema>;
export type WorldHisOrder = Static<typeof HisOrderSchema>;

const world = Compile(WorldSchema);

/** @throws when the file is no such world, naming what is wrong in it */
export function readWorld(path: string): OutsideWorld {
  const said: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (world.Check(said)) return said;
  const [error] = world.Errors(said);
  throw new Error(`${path}${error?.instancePath ?? ''}: ${error?.message ?? 'is no world'}`);
}

/** @param file as WORLD.json names it */
export function worldKey(worldPath: string, file: string): Buffer {
  return Buffer.from(readFileSync(resolve(dirname(worldPath), file), 'utf8').trim(), 'base64');
}
