import type { TSchema } from 'typebox';
import { Type } from 'typebox';
import type { CodeSent } from '../../resolution/verificationCode.ts';
import { AmountFen, Fen, Instant, Note } from '../schemas.ts';

const strict = { additionalProperties: false } as const;
export const VerificationCode = Type.String({ pattern: '^\\d{6}$', examples: ['482913'] });

const RefundBody = Type.Object(
  {
    verificationCode: VerificationCode,
    note: Note,
    amountFen: Type.Optional({
      ...AmountFen,
      description: 'what the caller saw; refused where another amount is due',
    }),
  },
  { ...strict, examples: [{ verificationCode: '482913', note: 'HIS 未入账，患者已到窗口登记' }] },
);
const WriteOffBody = Type.Object(
  {
    note: Note,
    confirmCrossDay: Type.Optional(
      Type.Boolean({ description: 'near midnight: its counterpart stands on the other date' }),
    ),
  },
  { ...strict, examples: [{ note: '隔日账，次日已到', confirmCrossDay: true }] },
);
const SupplementBody = Type.Object(
  {
    method: Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'one of the supplementMethods of GET /api/v1/merchants',
      examples: ['CASH'],
    }),
    note: Note,
    confirmNotCrossDay: Type.Optional(
      Type.Boolean({ description: 'near midnight: it has no counterpart on the other date' }),
    ),
  },
  { ...strict, examples: [{ method: 'CASH', note: '窗口现金补收' }] },
);
const ExternalRefundBody = Type.Object(
  {
    channelRefundNo: Type.String({
      minLength: 1,
      maxLength: 64,
      description: "the refund's number in the channel's back office",
      examples: ['50300009872026030912345678'],
    }),
    note: Note,
  },
  { ...strict, examples: [{ channelRefundNo: '50300009872026030912345678', note: '商户平台已退款' }] },
);

/** The actions on an exception that share the way of a request: path, what they ask for, and what the document says. */
export const CASE_ACTIONS = [
  {
    path: 'refund',
    action: 'REFUND',
    body: RefundBody,
    takesFiles: false,
    summary: 'Refunds what the patient paid (退款)',
    description:
      'Through the gateway of hospital and channel, under a number that is a function of the order. From the amount threshold of the hospital on it waits for a second person (202).',
  },
  {
    path: 'write-off',
    action: 'WRITE_OFF',
    body: WriteOffBody,
    takesFiles: false,
    summary: 'Settles the exception without money (平账)',
    description: 'For cross-day entries, and for what the policy table allows.',
  },
  {
    path: 'supplement',
    action: 'SUPPLEMENT',
    body: SupplementBody,
    takesFiles: true,
    summary: 'Records how the missing money was made up for (补差)',
    description: 'As JSON, or as a form with up to 5 proofs (PDF, PNG, JPEG; 10 MB each).',
  },
  {
    path: 'external-refund',
    action: 'EXTERNAL_REFUND',
    body: ExternalRefundBody,
    takesFiles: true,
    summary: "Records a refund done in the channel's back office (登记外部退款)",
    description:
      'It opens the write-off. As JSON, or as a form with up to 5 proofs (PDF, PNG, JPEG; 10 MB each).',
  },
] as const;

/** A body that comes as JSON, or as a form with files, for the OpenAPI document. */
export function documentedForm(body: TSchema & { readonly properties: Readonly<Record<string, TSchema>> }) {
  const files = Type.Array(Type.Unsafe<string>({ type: 'string', format: 'binary' }), { maxItems: 5 });
  const form = { ...body, properties: { ...body.properties, files } };
  return { content: { 'application/json': { schema: body }, 'multipart/form-data': { schema: form } } };
}

export const CodeSentSchema = Type.Object(
  { amountFen: Fen, expiresAt: Instant },
  { examples: [{ amountFen: '2500', expiresAt: '2026-03-10T06:05:00.000Z' }] },
);

export function codeSentJson({ amountFen, expiresAtMs }: CodeSent) {
  return { amountFen: amountFen.toString(), expiresAt: new Date(expiresAtMs).toISOString() };
}
