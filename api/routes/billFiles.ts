import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { BillFileQueries } from '../../domain/apiPorts.ts';
import { checkedDate } from '../../domain/businessDate.ts';
import { BOOKS, CHANNELS } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { checkReach, notFound, principalOf, scopeOf } from '../access.ts';
import { noteForAudit } from '../auditTrail.ts';
import { BillFileSchema, billFileJson, fileOfBill } from '../billFileJson.ts';
import { problems } from '../problem.ts';
import {
  Cursor,
  DateText,
  Limit,
  MerchantId,
  NextCursor,
  NullableText,
  checkSpan,
  fileResponse,
  oneOf,
} from '../schemas.ts';
import type { BillParts } from './bills.ts';

const strict = { additionalProperties: false } as const;
const ListQuery = Type.Object(
  {
    merchantId: Type.Optional(MerchantId),
    from: Type.Optional(DateText),
    to: Type.Optional(DateText),
    book: Type.Optional(oneOf(BOOKS)),
    channel: Type.Optional(oneOf(CHANNELS)),
    cursor: Cursor,
    limit: Limit,
  },
  strict,
);
const UploadQuery = Type.Object(
  {
    merchantId: MerchantId,
    book: oneOf(BOOKS),
    channel: Type.Optional(oneOf(CHANNELS)),
    date: Type.Optional({ ...DateText, description: 'a bill of another date is refused' }),
    fileName: Type.String({ minLength: 1, maxLength: 200 }),
  },
  strict,
);
const UploadedSchema = Type.Object({
  status: oneOf(['imported', 'known'] as const),
  bill: BillFileSchema,
  errors: Type.Array(Type.Object({ line: Type.Integer(), message: Type.String(), messageZh: NullableText }), {
    description: 'rows that could not be read; the first 50',
  }),
});
const MOST_ERRORS_SHOWN = 50;
const BYTES = 'application/octet-stream';

export type BillFileParts = Pick<
  BillParts,
  'library' | 'merchants' | 'receive' | 'importBill' | 'maxUploadBytes'
> & { readonly files: BillFileQueries };

/** Bills for people: what is on record, its original bytes, and another way in. */
export function billFileRoutes(parts: BillFileParts): FastifyPluginAsyncTypebox {
  const { files, library } = parts;
  return async (app) => {
    app.addContentTypeParser(BYTES, (_, payload, done) => done(null, payload));

    app.get(
      '/bill-files',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['bills'],
          summary: 'Bills on record, newest date first (账单下载)',
          querystring: ListQuery,
          response: {
            200: Type.Object({ items: Type.Array(BillFileSchema), nextCursor: NextCursor }),
            ...problems(401, 403),
          },
        },
      },
      async (request) => {
        checkSpan(request.query);
        const page = await files.billFiles(scopeOf(request), request.query);
        return { items: page.items.map(billFileJson), nextCursor: page.nextCursor };
      },
    );

    app.get(
      '/bill-files/:id/file',
      {
        config: { access: 'READ', audit: 'BILL_DOWNLOAD' },
        schema: {
          tags: ['bills'],
          summary: 'The original bytes of a bill (下载原始账单)',
          params: Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{64}(-[0-9a-f]+)?$' }) }),
          response: { 200: fileResponse([BYTES]), ...problems(401, 403, 404) },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const [bill] = await library.billsById(scopeOf(request), id);
        const bytes = bill ? await library.bytesOf(bill) : null;
        if (!bill || !bytes) throw notFound(`bill ${id}`);
        noteForAudit(request, { merchants: [bill.merchantId] });
        const name = encodeURIComponent(bill.fileName.split(/[/\\]/).at(-1) ?? '');
        return reply
          .header('content-disposition', `attachment; filename*=UTF-8''${name}`)
          .header('cache-control', 'no-store')
          .type(BYTES)
          .send(Readable.from(bytes, { objectMode: false }));
      },
    );

    app.post(
      '/bill-files',
      {
        config: { access: ['operator', 'admin'], rate: 'upload', audit: 'BILL_UPLOAD' },
        schema: {
          tags: ['bills'],
          summary: 'Brings a bill; the same bytes again change nothing (上传账单)',
          consumes: [BYTES],
          querystring: UploadQuery,
          response: { 200: UploadedSchema, ...problems(401, 403, 404, 413, 415) },
        },
      },
      async (request) => {
        const { merchantId, book, channel = null, date = null, fileName } = request.query;
        const merchant = parts.merchants.get(merchantId);
        if (!merchant) throw notFound(`merchant ${merchantId}`);
        checkReach(request, merchantId, `merchant ${merchantId}`);
        if (date !== null) checkedDate(date);
        if (!(request.body instanceof Readable)) {
          throw new DuizhangError('DZ_BAD_REQUEST', `send the file as the body, as ${BYTES}`, {
            messageZh: '请选择要上传的账单文件',
          });
        }
        const received = await parts.receive(request.body, parts.maxUploadBytes);
        try {
          const result = await parts.importBill(
            // Another machine's text: never a path.
            {
              merchant,
              book,
              channel,
              date,
              fileName: fileName.split(/[/\\]/).at(-1) || book,
              open: () => received.open(),
            },
            { source: 'upload', from: `user ${principalOf(request).userId}` },
          );
          noteForAudit(request, { said: { billId: result.bill.billId, status: result.status } });
          const isCurrent = result.status === 'imported' || result.supersededBy === null;
          const errors = result.status === 'imported' ? result.errors.slice(0, MOST_ERRORS_SHOWN) : [];
          return {
            status: result.status,
            bill: billFileJson(fileOfBill(result.bill, isCurrent)),
            errors: errors.map(({ line, message, messageZh }) => ({
              line,
              message,
              messageZh: messageZh ?? null,
            })),
          };
        } finally {
          await received.dispose();
        }
      },
    );
  };
}
