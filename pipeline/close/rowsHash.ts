import { createHash } from 'node:crypto';
import type { Entry } from '../../domain/entry.ts';
import type { BillLine, BillReport } from '../../domain/ports.ts';

/** What the rows of a bill came to, as one hash: lines with their fees, errors and counts. */
export class RowsHash {
  readonly #hash = createHash('sha256');
  #waiting = '';

  add({ line, feeMilliFen, settledFen }: BillLine, entry: Entry): void {
    const { channelTxnNo, hisOrderNo, businessType } = entry;
    this.#waiting += `${line} ${entry.kind} ${entry.orderNo} ${entry.refundNo ?? ''} ${entry.channel ?? ''} ${
      channelTxnNo ?? ''
    } ${entry.amountFen} ${entry.occurredAtMs} ${entry.businessDate} ${feeMilliFen ?? ''} ${settledFen ?? ''} ${
      // The only texts that may hold anything.
      hisOrderNo === null && businessType === null ? '' : JSON.stringify([hisOrderNo, businessType])
    }\n`;
    if (this.#waiting.length > 1 << 16) this.#take();
  }

  digest(said: BillReport): string {
    this.#take();
    const { rows, otherRows, foreignRows, foreignPaymentFen, foreignRefundFen, errorCount } = said;
    const counts = [rows, otherRows, foreignRows, foreignPaymentFen, foreignRefundFen, errorCount].join(' ');
    const errors = said.errors.map(({ line, code, column, raw }) => [line, code, column ?? null, raw]);
    this.#hash.update(`${counts}\n${JSON.stringify(errors)}`);
    return this.#hash.digest('hex');
  }

  #take(): void {
    this.#hash.update(this.#waiting);
    this.#waiting = '';
  }
}
