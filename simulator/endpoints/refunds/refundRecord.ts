import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import type { KeptRefund } from './refundBook.ts';

// The refunds of a gateway that may be killed: a line for each and for each change of it, on disk before its caller is answered.

/** The refunds of a record as they stood last. */
export function readRefundRecord(path: string): readonly KeptRefund[] {
  const refunds = new Map<string, KeptRefund>();
  for (const line of wholeLines(path).split('\n').filter(Boolean)) {
    const refund = refundOf(line);
    refunds.set(`${refund.merchantNo} ${refund.refundNo}`, refund);
  }
  return [...refunds.values()];
}

/** Goes on with the record; a last line that was cut by a kill was answered to nobody, and goes. */
export function openRefundRecord(path: string): { write(refund: KeptRefund): void; close(): void } {
  if (existsSync(path)) truncateSync(path, Buffer.byteLength(wholeLines(path)));
  const file = openSync(path, 'a');
  return {
    write(refund) {
      writeSync(file, `${JSON.stringify({ ...refund, amountFen: refund.amountFen.toString() })}\n`);
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}

function wholeLines(path: string): string {
  if (!existsSync(path)) return '';
  const text = readFileSync(path, 'utf8');
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

function refundOf(line: string): KeptRefund {
  const said: Omit<KeptRefund, 'amountFen'> & { readonly amountFen: string } = JSON.parse(line);
  return { ...said, amountFen: BigInt(said.amountFen) };
}
