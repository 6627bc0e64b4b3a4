import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RefundAnswer, RefundGateway, RefundOrder } from '../../domain/resolutionPorts.ts';
import { provenFailures } from './provenFailures.ts';

const ORDER: RefundOrder = {
  merchantId: 'H001',
  channel: 'WECHAT',
  merchantNo: '1',
  orderNo: 'A1',
  channelTxnNo: null,
  refundNo: 'R1',
  amountFen: 1n,
  paidFen: 1n,
  reason: '',
};
const REFUSED: RefundAnswer = { state: 'REFUSED', code: 'TRADE_OVERDUE', detail: 'too late' };
const FAILED: RefundAnswer = { state: 'FAILED', code: 'INVALID_REQUEST', detail: 'no' };
const NOT_FOUND: RefundAnswer = { state: 'NOT_FOUND', code: null, detail: 'no such number' };
const UNKNOWN: RefundAnswer = { state: 'UNKNOWN', code: 'NO_ANSWER', detail: 'silence' };
const PROCESSING: RefundAnswer = { state: 'PROCESSING', code: null, detail: 'under way' };
const SUCCEEDED: RefundAnswer = { state: 'SUCCEEDED', gatewayRefundId: '5', refundedAtMs: 7 };

function answering(sent: RefundAnswer, asked: RefundAnswer, sendTakesMs = 0) {
  const askedWithin: number[] = [];
  const gateway: RefundGateway = {
    minGapMs: 3,
    send: () => pause(sendTakesMs, sent),
    ask: async (_, withinMs) => {
      askedWithin.push(withinMs);
      return asked;
    },
  };
  return { gateway: provenFailures(gateway), askedWithin };
}

test.each([
  ['a refusal', REFUSED],
  ['a failure', FAILED],
])('%s is believed of a number that the gateway does not know', async (_, said) => {
  expect(await answering(said, NOT_FOUND).gateway.send(ORDER, 1_000)).toEqual(said);
});

test('what the gateway knows of the number goes before what it said of the call', async () => {
  expect(await answering(REFUSED, SUCCEEDED).gateway.send(ORDER, 1_000)).toEqual(SUCCEEDED);
  expect(await answering(FAILED, PROCESSING).gateway.send(ORDER, 1_000)).toMatchObject({
    state: 'PROCESSING',
    detail: 'no; asked for the number: under way',
  });
});

test('where the question has no answer, nobody knows', async () => {
  expect(await answering(REFUSED, UNKNOWN).gateway.send(ORDER, 1_000)).toMatchObject({ state: 'UNKNOWN' });
});

test('the question has only the time that the call left, and without any nobody knows', async () => {
  const slow = answering(REFUSED, NOT_FOUND, 60);
  expect(await slow.gateway.send(ORDER, 1_000)).toEqual(REFUSED);
  expect(slow.askedWithin[0]).toBeLessThan(950);
  const late = answering(REFUSED, NOT_FOUND, 60);
  expect(await late.gateway.send(ORDER, 50)).toMatchObject({ state: 'UNKNOWN', code: 'TRADE_OVERDUE' });
  expect(late.askedWithin).toEqual([]);
});

test.each([SUCCEEDED, PROCESSING, UNKNOWN])('$state stands as it is', async (said) => {
  const { gateway, askedWithin } = answering(said, NOT_FOUND);
  expect(await gateway.send(ORDER, 1_000)).toEqual(said);
  expect([askedWithin, gateway.minGapMs]).toEqual([[], 3]);
});
