import type { CaseRow } from '../domain/caseHistory.ts';
import type { CaseLedger } from '../domain/resolutionPorts.ts';
import type { ResolutionDeps } from './resolution.ts';

/** How long the first question waits for others of its kind. */
const GATHER_MS = 5;

/**
 * A ledger for actions on many orders that run at the same time: what they ask and write within some milliseconds goes to
 * the ledger in one call. Nothing is remembered, so that whoever asks under an order's lock hears what stands then.
 */
export function gatheredLedger({ ledger, pause }: Pick<ResolutionDeps, 'ledger' | 'pause'>): CaseLedger {
  const files = gathered(ledger.orderFiles.bind(ledger), pause);
  const errors = gathered(ledger.namedInBillErrors.bind(ledger), pause);
  const requests = gathered(async (operator: string, keys: readonly string[]) => {
    const rows = await ledger.rowsOfRequests(operator, keys);
    return Map.groupBy(rows, (row) => row.idempotencyKey);
  }, pause);
  const writes = gathered(
    (_: string, batches: readonly (readonly CaseRow[])[]) => ledger.append(batches.flat()),
    pause,
  );
  return {
    ...ledger,
    async orderFile(merchantId, orderNo) {
      const file = (await files(merchantId, orderNo)).get(orderNo);
      return file ?? { lines: [], rows: [], words: [] };
    },
    isNamedInBillError: async (merchantId, orderNo) => (await errors(merchantId, orderNo)).has(orderNo),
    rowsOfRequest: async (operator, key) => (await requests(operator, key)).get(key) ?? [],
    append: (rows) => (rows.length === 0 ? Promise.resolve() : writes('', rows)),
  };
}

/** Calls that are made while the first of its group waits become one, and each is given what that one gave. */
function gathered<T, R>(
  call: (group: string, items: readonly T[]) => Promise<R>,
  pause: (ms: number) => Promise<void>,
): (group: string, item: T) => Promise<R> {
  const waiting = new Map<string, { readonly items: T[]; readonly answer: Promise<R> }>();
  return (group, item) => {
    const known = waiting.get(group);
    if (known) {
      known.items.push(item);
      return known.answer;
    }
    const items = [item];
    const answer = pause(GATHER_MS).then(() => {
      waiting.delete(group);
      return call(group, items);
    });
    waiting.set(group, { items, answer });
    return answer;
  };
}
