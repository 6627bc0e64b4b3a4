import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { BillErrorQueries, BillWithErrors } from '../../domain/apiPorts.ts';
import { BOOKS, CHANNELS } from '../../domain/entry.ts';
import type { HandleBill } from '../../pipeline/close/handleBill.ts';
import { checkReach, principalOf, scopeOf } from '../access.ts';
import { problems } from '../problem.ts';
import {
  DateText,
  ListQuery,
  MerchantId,
  NextCursor,
  Note,
  NullableText,
  checkSpan,
  oneOf,
} from '../schemas.ts';

const { mode: _, ...filters } = ListQuery.properties;
const Query = Type.Object(filters, { additionalProperties: false });

const BillId = Type.String({ pattern: '^[0-9a-f]{64}(-[0-9a-f]+)?$', description: 'id of a bill' });
const BillWithErrorsSchema = Type.Object({
  id: Type.String(),
  merchantId: Type.String(),
  date: DateText,
  book: oneOf(BOOKS),
  channel: Type.Union([oneOf(CHANNELS), Type.Null()]),
  fileName: Type.String(),
  errorRows: Type.Integer(),
  rows: Type.Array(
    Type.Object({
      line: Type.Integer(),
      code: Type.String(),
      column: NullableText,
      message: Type.String(),
      messageZh: Type.String(),
      raw: Type.String({ description: 'the line as the bill has it' }),
    }),
    { description: 'the first 50, by line' },
  ),
});

const HandledBody = Type.Object(
  { merchantId: MerchantId, note: { ...Note, description: 'what was done about the rows' } },
  { additionalProperties: false, examples: [{ merchantId: 'H001', note: '非本院业务，已核实' }] },
);
const HandledSchema = Type.Object(
  { id: Type.String(), merchantId: Type.String(), errorRows: Type.Integer(), handledBy: Type.String() },
  { examples: [{ id: 'a'.repeat(64), merchantId: 'H001', errorRows: 2, handledBy: 'li' }] },
);

export type BillErrorParts = { readonly queries: BillErrorQueries; readonly handleBill: HandleBill };

/** Rows of bills that could not be read; their day waits until somebody has handled them. */
export function billErrorRoutes({ queries, handleBill }: BillErrorParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/bill-errors',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['cases'],
          summary: 'Bills with rows that could not be read and nobody has handled (账单异常)',
          querystring: Query,
          response: {
            200: Type.Object({ items: Type.Array(BillWithErrorsSchema), nextCursor: NextCursor }),
            ...problems(401, 403),
          },
        },
      },
      async (request) => {
        checkSpan(request.query);
        const page = await queries.billErrors(scopeOf(request), request.query);
        return { items: page.items.map(billJson), nextCursor: page.nextCursor };
      },
    );

    app.post(
      '/bill-errors/:id/handled',
      {
        config: { access: ['operator'], audit: 'BILL_CHANGE' },
        schema: {
          tags: ['cases'],
          summary: 'The rows are handled: off the list, and the day may close without them (标记已处理)',
          params: Type.Object({ id: BillId }),
          body: HandledBody,
          response: { 200: HandledSchema, ...problems(401, 403, 404) },
        },
      },
      async (request) => {
        const { merchantId, note } = request.body;
        const { id } = request.params;
        const handledBy = principalOf(request).userId;
        checkReach(request, merchantId, `bill ${id}`);
        const bill = await handleBill({ merchantId, billId: id, handledBy, note });
        return { id: bill.billId, merchantId, errorRows: bill.errorRows, handledBy };
      },
    );
  };
}

function billJson({ billId, businessDate, rows, ...bill }: BillWithErrors) {
  return {
    ...bill,
    id: billId,
    date: businessDate,
    rows: rows.map(({ column, messageZh, ...row }) => {
      return { ...row, column: column ?? null, messageZh: messageZh ?? '' };
    }),
  };
}
