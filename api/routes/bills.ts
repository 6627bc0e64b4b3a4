import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { checkedDate } from '../../domain/businessDate.ts';
import type { Book, Channel } from '../../domain/entry.ts';
import { CHANNELS } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { BillLibrary, Machine, ReceiveBytes } from '../../domain/machine.ts';
import { EMPTY_BODY_SHA256 } from '../../domain/machineSignature.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Bill } from '../../domain/ports.ts';
import { Scope } from '../../domain/scope.ts';
import type { BillToImport, ImportResult } from '../../pipeline/close/importBill.ts';
import type { MachineAccess } from '../machineCaller.ts';
import { noteForAudit } from '../auditTrail.ts';
import { ProblemSchema } from '../problem.ts';
import { callerOf, checkBody, saidBodySha256, signAnswers } from '../signedMachines.ts';

export type BillParts = {
  readonly library: BillLibrary;
  readonly access: MachineAccess;
  readonly merchants: ReadonlyMap<string, Merchant>;
  readonly receive: ReceiveBytes;
  readonly importBill: (
    bill: BillToImport,
    provenance: { source: 'upload'; from: string },
  ) => Promise<ImportResult>;
  readonly maxUploadBytes: number;
};

const BOOKS_BY_NAME = { merchant: 'MERCHANT', platform: 'PLATFORM', channel: 'CHANNEL' } as const;
const NAME_OF_BOOK = { MERCHANT: 'merchant', PLATFORM: 'platform', CHANNEL: 'channel' } as const;
const oneOf = <T extends string>(values: readonly T[]) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values] });
const BookName = oneOf(['merchant', 'platform', 'channel'] as const);
const MerchantId = Type.String({ minLength: 1, maxLength: 64 });
const DateText = Type.String({ format: 'date', examples: ['2026-03-09'] });
const strict = { additionalProperties: false } as const;

const BillSchema = Type.Object({
  id: Type.String({ description: 'begins with the SHA-256 of the original bytes' }),
  merchantId: Type.String(),
  book: BookName,
  channel: Type.Union([oneOf(CHANNELS), Type.Null()], { description: 'null: it speaks for every channel' }),
  date: DateText,
  format: Type.String(),
  fileName: Type.String(),
  payments: Type.Integer(),
  refunds: Type.Integer(),
  paymentFen: Type.String(),
  refundFen: Type.String(),
  errorRows: Type.Integer(),
  importedAt: Type.String({ format: 'date-time' }),
  isCurrent: Type.Boolean({ description: 'false: a later bill of the same place counts instead' }),
});

const problems = { 400: ProblemSchema, 401: ProblemSchema, 404: ProblemSchema, 503: ProblemSchema };
const DESCRIPTION =
  'Signed by a machine of the hospital, and answered with a signature: schemas/hdp.openapi.yaml. What is not of its hospitals is not there.';

/** Original bills for hospitals' front-end machines, and the way in for theirs. */
export function billRoutes(parts: BillParts): FastifyPluginAsyncTypebox {
  const { library, access } = parts;
  return async (app) => {
    signAnswers(app, access.now);
    app.addContentTypeParser('application/octet-stream', (_, payload, done) => done(null, payload));

    app.get(
      '/bills',
      {
        config: { access: 'MACHINE', audit: 'BILL_LIST' },
        schema: {
          tags: ['bills'],
          summary: 'Bills on record of a date',
          description: DESCRIPTION,
          querystring: Type.Object(
            { merchantId: MerchantId, date: DateText, book: Type.Optional(BookName) },
            strict,
          ),
          response: { 200: Type.Object({ items: Type.Array(BillSchema) }), ...problems },
        },
      },
      async (request) => {
        const { machine } = await callerOf(request, access, EMPTY_BODY_SHA256);
        const { merchantId, date, book } = request.query;
        checkOwn(machine, merchantId);
        checkedDate(date);
        const bills = await library.billsOf(Scope.of(machine), merchantId, date);
        const wanted = bills.filter((bill) => book === undefined || bill.book === BOOKS_BY_NAME[book]);
        return { items: wanted.map((bill) => billJson(bill, bills)) };
      },
    );

    app.get(
      '/bills/:id/file',
      {
        config: { access: 'MACHINE', audit: 'BILL_DOWNLOAD' },
        schema: {
          tags: ['bills'],
          summary: 'The original bytes of a bill',
          description: DESCRIPTION,
          params: Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{64}(-[0-9a-f]+)?$' }) }),
          response: { 200: Type.Unsafe<Readable>({ type: 'string', format: 'binary' }), ...problems },
        },
      },
      async (request, reply) => {
        const { machine } = await callerOf(request, access, EMPTY_BODY_SHA256);
        const { id } = request.params;
        const [bill] = await library.billsById(Scope.of(machine), id);
        const bytes = bill ? await library.bytesOf(bill) : null;
        if (!bill || !bytes) throw notFound(`there is no bill ${id}`);
        request.streamedSha256 = id.slice(0, 64);
        noteForAudit(request, { merchants: [bill.merchantId] });
        const name = encodeURIComponent(bill.fileName.split(/[/\\]/).at(-1) ?? '');
        return reply
          .header('duizhang-file-name', name)
          .header('content-disposition', `attachment; filename*=UTF-8''${name}`)
          .type('application/octet-stream')
          .send(Readable.from(bytes, { objectMode: false }));
      },
    );

    app.post(
      '/bills',
      {
        config: { access: 'MACHINE', rate: 'upload', audit: 'BILL_UPLOAD' },
        schema: {
          tags: ['bills'],
          summary: 'Brings a bill; the same bytes again change nothing',
          description: `${DESCRIPTION} Its name comes in Duizhang-File-Name, percent-encoded, and the SHA-256 that was signed, hex, in Duizhang-Body-Sha256.`,
          consumes: ['application/octet-stream'],
          querystring: Type.Object(
            {
              merchantId: MerchantId,
              book: BookName,
              channel: Type.Optional(oneOf(CHANNELS)),
              date: Type.Optional(DateText),
            },
            strict,
          ),
          response: {
            200: Type.Object({ status: oneOf(['imported', 'known'] as const), bill: BillSchema }),
            ...problems,
            403: ProblemSchema,
            413: ProblemSchema,
            415: ProblemSchema,
          },
        },
      },
      async (request) => uploaded(request, parts),
    );
  };
}

type Upload = FastifyRequest<{
  Querystring: { merchantId: string; book: keyof typeof BOOKS_BY_NAME; channel?: Channel; date?: string };
}>;

/** Who sends it is known before its first byte, what it is after its last: it goes to disk in between. */
async function uploaded(request: Upload, parts: BillParts) {
  const bodySha256 = saidBodySha256(request);
  const { machine } = await callerOf(request, parts.access, bodySha256);
  const { merchantId, channel = null, date = null } = request.query;
  const book: Book = BOOKS_BY_NAME[request.query.book];
  checkOwn(machine, merchantId);
  if (date !== null) checkedDate(date);
  const merchant = parts.merchants.get(merchantId);
  if (!merchant || !machine.mayUpload.has(book)) {
    throw new DuizhangError(
      'DZ_FORBIDDEN',
      `the machine may not bring bills of the ${request.query.book} book`,
    );
  }
  const { body } = request;
  if (!(body instanceof Readable)) throw new DuizhangError('DZ_BAD_REQUEST', 'send the file as the body');
  const received = await parts.receive(body, parts.maxUploadBytes);
  try {
    checkBody(received.sha256, bodySha256);
    const fileName = nameOf(request.headers['duizhang-file-name'], request.query.book);
    const result = await parts.importBill(
      { merchant, book, channel, date, fileName, open: () => received.open() },
      { source: 'upload', from: `machine ${machine.id}` },
    );
    noteForAudit(request, { said: { billId: result.bill.billId, status: result.status } });
    const isCurrent = result.status === 'imported' || result.supersededBy === null;
    return { status: result.status, bill: { ...billJson(result.bill, [result.bill]), isCurrent } };
  } finally {
    await received.dispose();
  }
}

function checkOwn(machine: Machine, merchantId: string): void {
  if (!machine.merchants.has(merchantId)) throw notFound(`there is no merchant ${merchantId}`);
}

function notFound(what: string): DuizhangError {
  return new DuizhangError('DZ_NOT_FOUND', what);
}

/** Another machine's text: never a path. */
function nameOf(header: string | string[] | undefined, book: string): string {
  try {
    const name = decodeURIComponent(typeof header === 'string' ? header : '');
    return name.split(/[/\\]/).at(-1)?.slice(-200) || `${book}-upload`;
  } catch (error) {
    if (error instanceof URIError) return `${book}-upload`;
    throw error;
  }
}

function billJson(bill: Bill, others: readonly Bill[]) {
  const isOvertaken = others.some(
    (other) => other.book === bill.book && other.channel === bill.channel && other.version > bill.version,
  );
  return {
    id: bill.billId,
    merchantId: bill.merchantId,
    book: NAME_OF_BOOK[bill.book],
    channel: bill.channel,
    date: bill.businessDate,
    format: bill.format,
    fileName: bill.fileName,
    payments: bill.payments,
    refunds: bill.refunds,
    paymentFen: bill.paymentFen.toString(),
    refundFen: bill.refundFen.toString(),
    errorRows: bill.errorRows,
    importedAt: new Date(bill.importedAtMs).toISOString(),
    isCurrent: !isOvertaken,
  };
}
