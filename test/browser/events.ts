import { inject } from 'vitest';

/** What the platform and HIS send, by the API, as they would. */
export async function sendEvents(events: readonly object[]): Promise<void> {
  const answer = await fetch(`${inject('system').url}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: events.map((event) => JSON.stringify(event)).join('\n'),
  });
  if (!answer.ok) throw new Error(`the events were refused: ${await answer.text()}`);
}

/** A payment as the platform tells it. */
export function payment(merchantId: string, orderNo: string, occurredAtMs: number, amountFen = 2500): object {
  return {
    eventId: `p-${orderNo}`,
    merchantId,
    kind: 'PAYMENT',
    orderNo,
    refundNo: null,
    channel: 'WECHAT',
    channelTxnNo: `42${orderNo}`,
    amountFen,
    occurredAt: new Date(occurredAtMs).toISOString(),
    businessType: 'REGISTRATION',
  };
}

/** The same order as HIS books it. */
export function booking(merchantId: string, orderNo: string, occurredAtMs: number, amountFen = 2500): object {
  return {
    eventId: `h-${orderNo}`,
    merchantId,
    kind: 'PAYMENT',
    orderNo,
    refundNo: null,
    hisOrderNo: `R${orderNo}`,
    amountFen: String(amountFen),
    occurredAt: new Date(occurredAtMs).toISOString(),
    businessType: 'REGISTRATION',
  };
}
