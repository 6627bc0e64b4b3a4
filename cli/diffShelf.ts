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
    const texts = row.hisOrderNo === null && row.businessType === null;
    this.#rows.put(
      row.orderNo,
      `${bill}${row.line}\t${row.kind}\t${row.orderNo}\t${row.refundNo ?? ''}\t${row.channel ?? ''}\t${
        row.channelTxnNo ?? ''
      }\t${row.amountFen}\t${row.occurredAtMs}\t${row.feeMilliFen ?? ''}\t${row.settledFen ?? ''}\t${
        texts ? '' : JSON.stringify([row.hisOrderNo, row.businessType])
      }`,
    );
  }

  *parts() {
    for (const lines of this.#rows.parts()) yield withoutEqual(lines);
  }

  [Symbol.dispose](): void {
    this.#rows.dispose();
  }
}

/** Rows that stand in both bills, but for their line, need not become rows again: nearly always all of them. */
function withoutEqual(lines: readonly string[]) {
  const waiting = new Map<string, string[]>();
  const onlyB: string[] = [];
  let same = 0;
  for (const line of lines) {
    if (line.startsWith('B')) continue;
    const facts = factsOf(line);
    const twins = waiting.get(facts);
    if (twins) twins.push(line);
    else waiting.set(facts, [line]);
  }
  for (const line of lines) {
    if (line.startsWith('A')) continue;
    if (waiting.get(factsOf(line))?.pop() === undefined) onlyB.push(line);
    else same += 1;
  }
  return { same, a: [...waiting.values()].flat().map(rowOf), b: onlyB.map(rowOf) };
}

/** All but which bill and which line. */
function factsOf(line: string): string {
  return line.slice(line.indexOf('\t'));
}

function rowOf(text: string): ComparedRow {
  const [place = '', kind, orderNo = '', refundNo, channel, txnNo, fen = '', ms, fee, settled, rest = ''] =
    text.split('\t');
  const texts: unknown = JSON.parse(rest || '[]');
  const [hisOrderNo, businessType] = Array.isArray(texts) ? texts.map(textOrNull) : [];
  return {
    line: Number(place.slice(1)),
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
