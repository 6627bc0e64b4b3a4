import { Type } from 'typebox';
import type { BusinessDate } from '../domain/businessDate.ts';
import { isBusinessDate } from '../domain/businessDate.ts';
import { DuizhangError } from '../domain/errors.ts';
import type { OrderMoney } from '../domain/orderMoney.ts';
import { MODES } from '../domain/verdict.ts';

export const oneOf = <T extends string>(values: readonly T[]) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values] });

/** Amounts are texts: JSON numbers are not exact beyond 2^53. */
export const Fen = Type.String({ pattern: '^-?\\d+$', description: 'fen', examples: ['2500'] });
export const NullableFen = Type.Union([Fen, Type.Null()]);
/** What somebody asks for: more than 0. */
export const AmountFen = Type.String({ pattern: '^[1-9]\\d{0,17}$', description: 'fen', examples: ['2500'] });
export const NullableText = Type.Union([Type.String(), Type.Null()]);
export const MerchantId = Type.String({ minLength: 1, maxLength: 64, examples: ['H001'] });
export const OrderNo = Type.String({ minLength: 1, maxLength: 64, examples: ['YT20260309000001'] });
export const CaseId = Type.String({
  pattern: '^[0-9a-f]{32}$',
  description: 'id of an exception',
  examples: ['9f86d081884c7d659a2feaa0c55ad015'],
});
export const Note = Type.String({
  minLength: 1,
  maxLength: 1000,
  examples: ['HIS 未入账，患者已到窗口登记'],
});
export const Instant = Type.String({ format: 'date-time', examples: ['2026-03-10T06:00:00.000Z'] });
export const NextCursor = Type.Union([Type.String(), Type.Null()], {
  description: 'send it back as cursor for the next page; null: this was the last',
});

export const DateText = Type.String({ format: 'date', examples: ['2026-03-09'] });

export const Cursor = Type.Optional(Type.String({ maxLength: 512 }));
export const Limit = Type.Integer({ minimum: 1, maximum: 500, default: 50 });

/** Of the lists of the ledger. */
export const ListQuery = Type.Object(
  {
    mode: Type.Optional(oneOf(MODES)),
    merchantId: Type.Optional(MerchantId),
    from: Type.Optional(DateText),
    to: Type.Optional(DateText),
    cursor: Cursor,
    limit: Limit,
  },
  { additionalProperties: false },
);

/** See domain/orderMoney.ts. */
export const MoneySchema = Type.Object(
  {
    paidFen: { ...Fen, description: 'what the patient paid through the channel' },
    refundedFen: { ...Fen, description: 'refunds that some book or we ourselves say are done' },
    openFen: { ...Fen, description: 'refunds of ours without a final outcome' },
    refundableFen: Fen,
  },
  { examples: [{ paidFen: '10000', refundedFen: '2500', openFen: '0', refundableFen: '7500' }] },
);

export function moneyJson({ paidFen, refundedFen, openFen, refundableFen }: OrderMoney) {
  return {
    paidFen: paidFen.toString(),
    refundedFen: refundedFen.toString(),
    openFen: openFen.toString(),
    refundableFen: refundableFen.toString(),
  };
}

export function fenText(amount: bigint | null): string | null {
  return amount === null ? null : amount.toString();
}

/**
 * What JSON schema cannot say of a span of dates.
 * @throws DZ_BAD_DATE, DZ_BAD_REQUEST
 */
export function checkSpan(span: { readonly from?: BusinessDate; readonly to?: BusinessDate }): void {
  for (const name of ['from', 'to'] as const) {
    const date = span[name];
    if (date !== undefined && !isBusinessDate(date)) {
      throw new DuizhangError(
        'DZ_BAD_DATE',
        `${name}=${date} is not a calendar date; write it as YYYY-MM-DD`,
      );
    }
  }
  if (span.from !== undefined && span.to !== undefined && span.from > span.to) {
    throw new DuizhangError('DZ_BAD_REQUEST', `from=${span.from} lies after to=${span.to}`);
  }
}

/** A file in one of several types, for the OpenAPI document: its bytes go past the serializer. */
export function fileResponse(contentTypes: readonly string[]) {
  const content = contentTypes.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]);
  return { description: 'the file', content: Object.fromEntries(content) };
}
