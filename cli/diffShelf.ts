import { PartedRows, type PartedRowsOptions } from '../adapters/files/partedRows.ts';
import { CHANNELS, KINDS } from '../domain/entry.ts';
import type { ComparedRow } from '../pipeline/bills/compareRows.ts';
import type { RowShelf } from '../pipeline/bills/diffBills.ts';

/** Rows of two bills as text: cells parted by tabs, texts that may hold anything as JSON. */
export class DiffShelf implements RowShelf, Disposable {
  readonly #rows: PartedRows;

  constructor(options: PartedRowsOptions) {
    this.#rows = new PartedRows(options);
  }

  put(bill: 'A' | 'B', row: ComparedRow): void {
    this.#rows.put(
      row.orderNo,
      `${bill}\t${row.line}\t${row.kind}\t${row.orderNo}\t${row.refundNo ?? ''}\t${row.channel ?? ''}\t${
        row.channelTxnNo ?? ''
      }\t${row.amountFen}\t${row.occurredAtMs}\t${row.feeMilliFen ?? ''}\t${row.settledFen ?? ''}\t${JSON.stringify(
        [row.hisOrderNo, row.businessType],
      )}`,
    );
  }

  *parts() {
    for (const lines of this.#rows.parts()) {
      const of = (bill: string) => lines.filter((line) => line.startsWith(bill)).map(rowOf);
      yield { a: of('A'), b: of('B') };
    }
  }

  [Symbol.dispose](): void {
    this.#rows.dispose();
  }
}

function rowOf(text: string): ComparedRow {
  const [, line, kind, orderNo = '', refundNo, channel, txnNo, fen = '', ms, fee, settled, rest = '[]'] =
    text.split('\t');
  const texts: unknown = JSON.parse(rest);
  const [hisOrderNo, businessType] = Array.isArray(texts) ? texts.map(textOrNull) : [];
  return {
    line: Number(line),
    kind: KINDS.find((known) => known === kind) ?? 'PAYMENT',
    orderNo,
    refundNo: refundNo || null,
    channel: CHANNELS.find((known) => known === channel) ?? null,
    channelTxnNo: txnNo || null,
    hisOrderNo: hisOrderNo ?? null,
    amountFen: BigInt(fen),
    occurredAtMs: Number(ms),
    businessType: businessType ?? null,
    feeMilliFen: fee ? BigInt(fee) : null,
    settledFen: settled ? BigInt(settled) : null,
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
