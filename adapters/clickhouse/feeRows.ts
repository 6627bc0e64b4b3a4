import type { BillFee } from '../../domain/closePorts.ts';
import { TSV_NULL, tsvText } from './tsv.ts';

export const FEE_COLUMNS = {
  bill_id: 'String',
  merchant_id: 'String',
  business_date: 'Date',
  channel: 'String',
  line: 'UInt32',
  kind: 'String',
  order_no: 'String',
  refund_no: 'String',
  amount_fen: 'Int64',
  settled_fen: 'Nullable(Int64)',
  fee_milli_fen: 'Int64',
} as const;

/** A row of `bill_fees`, in the order of FEE_COLUMNS. */
export function feeTsv(billId: string, { entry, line, settledFen, feeMilliFen }: BillFee): string {
  return `${billId}\t${tsvText(entry.merchantId)}\t${entry.businessDate}\t${entry.channel ?? ''}\t${line}\t${
    entry.kind
  }\t${tsvText(entry.orderNo)}\t${tsvText(entry.refundNo ?? '')}\t${entry.amountFen}\t${
    settledFen ?? TSV_NULL
  }\t${feeMilliFen}\n`;
}
