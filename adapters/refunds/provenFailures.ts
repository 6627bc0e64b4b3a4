import type { RefundAnswer, RefundGateway } from '../../domain/resolutionPorts.ts';

/**
 * That nothing was paid frees the order's money for other ways, so it has to be true of the number and not only of this call: the
 * answer to an earlier one may have been lost, and some codes (WeChat Pay's INVALID_REQUEST) say of a number that is used up
 * what they say of a bad request, too. The gateway is asked for the number before a failure or a refusal is believed.
 */
export function provenFailures(gateway: RefundGateway): RefundGateway {
  return {
    minGapMs: gateway.minGapMs,
    async send(order, withinMs) {
      const fromMs = performance.now();
      const answer = await gateway.send(order, withinMs);
      if (answer.state !== 'FAILED' && answer.state !== 'REFUSED') return answer;
      const leftMs = Math.floor(withinMs - (performance.now() - fromMs));
      if (leftMs < 1)
        return { ...answer, state: 'UNKNOWN', detail: `${answer.detail}; no time was left to ask` };
      return proven(answer, await gateway.ask(order, leftMs));
    },
    ask: (order, withinMs) => gateway.ask(order, withinMs),
  };
}

function proven(answer: Extract<RefundAnswer, { detail: string }>, asked: RefundAnswer): RefundAnswer {
  if (asked.state === 'NOT_FOUND') return answer;
  if (asked.state === 'SUCCEEDED') return asked;
  return { ...asked, detail: `${answer.detail}; asked for the number: ${asked.detail}` };
}
