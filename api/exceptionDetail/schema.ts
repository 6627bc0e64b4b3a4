import { Type } from 'typebox';
import { CASE_STATUSES } from '../../domain/apiPorts.ts';
import { CASE_STEPS } from '../../domain/caseHistory.ts';
import { COMPARED_FIELDS } from '../../domain/compareBooks.ts';
import { BOOKS, CHANNELS, KINDS } from '../../domain/entry.ts';
import { ACTIONS, NEEDS, REFUSALS } from '../../domain/policy.ts';
import { LIKELY_CAUSES } from '../../domain/likelyCause.ts';
import { MODES, VERDICT_CODES } from '../../domain/verdict.ts';
import { DateText, oneOf } from '../schemas.ts';

// The answer of GET /exceptions/{id}.

const Text = Type.String();
const Fen = Type.String({ pattern: '^-?\\d+$', description: 'fen', examples: ['2500'] });
const Instant = Type.String({ format: 'date-time', examples: ['2026-03-09T02:00:00.000Z'] });
const Sha256 = Type.String({ description: 'SHA-256, hex' });
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);
const Amounts = Type.Object({ merchant: orNull(Fen), platform: orNull(Fen), channel: orNull(Fen) });
const Values = Type.Array(Text);

const OriginSchema = Type.Union(
  [
    Type.Object({
      source: oneOf(['EVENT'] as const),
      eventId: Text,
      partition: orNull(Text),
      position: orNull(Type.Integer({ description: 'in the event log' })),
      isLate: Type.Boolean({ description: 'it came after its date was closed' }),
    }),
    Type.Object({
      source: oneOf(['BILL'] as const),
      billId: Sha256,
      fileName: Text,
      line: Type.Integer(),
    }),
    Type.Object({ source: oneOf(['ACTION'] as const), actionId: Text }),
  ],
  { description: 'an event of the log, a line of a bill, or a refund of ours' },
);

const LineSchema = Type.Object({
  book: oneOf(BOOKS),
  kind: oneOf(KINDS),
  refundNo: orNull(Text),
  amountFen: Fen,
  occurredAt: Instant,
  businessDate: DateText,
  channel: orNull(oneOf(CHANNELS)),
  channelTxnNo: orNull(Text),
  hisOrderNo: orNull(Text),
  businessType: orNull(Text),
  counts: Type.Boolean({ description: 'false: a bill, or a later one, took its place' }),
  isPairedByAmount: Type.Boolean({ description: 'a HIS refund that came without a number' }),
  origin: OriginSchema,
});

const ComparedSchema = Type.Object(
  {
    field: oneOf(COMPARED_FIELDS),
    merchant: Values,
    platform: Values,
    channel: Values,
    differs: Type.Boolean({ description: 'books that say something say different things' }),
  },
  {
    examples: [
      { field: 'amountFen', merchant: ['9990'], platform: ['10000'], channel: ['10000'], differs: true },
    ],
  },
);

const RealtimeSchema = Type.Object({
  code: oneOf(VERDICT_CODES),
  version: Type.String({ description: 'grows with what is known' }),
  linesKnown: Type.Integer(),
  isWindowOver: Type.Boolean(),
  isLatest: Type.Boolean(),
  writtenAt: orNull(Instant),
});

const RunSchema = Type.Object({
  runId: Text,
  runDate: DateText,
  mode: oneOf(MODES),
  standing: oneOf(['PUBLISHED', 'SUPERSEDED', 'FAILED'] as const),
  operator: Text,
  endedAt: Instant,
  code: Type.Union([oneOf(VERDICT_CODES), Type.Null()], {
    description: 'null: the run that counts does not know the key',
  }),
  businessDate: orNull(DateText),
  amounts: Amounts,
  isPossiblyCrossDay: Type.Boolean(),
  refersTo: Type.Union([DateText, Type.Null()], { description: 'the earlier date that it settles' }),
  possibleDuplicateOf: orNull(Text),
});

const StepSchema = Type.Object({
  seq: Type.Integer(),
  step: oneOf(CASE_STEPS),
  status: oneOf(CASE_STATUSES),
  reason: Text,
  operator: Type.String({ description: 'the user, or system' }),
  note: Text,
  action: orNull(oneOf(ACTIONS)),
  actionId: Text,
  amountFen: orNull(Fen),
  outcome: Type.String({ description: 'how the gateway answered' }),
  details: Type.Record(Text, Text, { examples: [{ refundNo: 'RF1', route: 'upp' }] }),
  at: Instant,
  hash: Sha256,
});

const RefundSchema = Type.Object({
  exceptionId: Text,
  refundNo: orNull(Text),
  amounts: Amounts,
  attempt: orNull(
    Type.Object(
      {
        actionId: Text,
        amountFen: Fen,
        state: oneOf(['OPEN', 'SUCCEEDED', 'REFUSED', 'FAILED'] as const),
      },
      { description: 'what was begun here' },
    ),
  ),
});

const RulingSchema = Type.Object(
  {
    action: oneOf(ACTIONS),
    allowed: Type.Boolean(),
    needs: Type.Array(oneOf(NEEDS)),
    code: orNull(oneOf(REFUSALS)),
    reason: orNull(Text),
    reasonZh: orNull(Text),
  },
  { description: 'needs: what the request must bring; code and reasons: why it is not allowed' },
);

const RelatedSchema = Type.Object({
  exceptionId: Text,
  orderNo: Text,
  relation: oneOf(['SAME_ORDER', 'POSSIBLE_ORIGINAL'] as const),
  kind: oneOf(KINDS),
  type: orNull(oneOf(VERDICT_CODES)),
  status: orNull(oneOf(CASE_STATUSES)),
});

export const ExceptionDetailSchema = Type.Object({
  id: Text,
  merchantId: Text,
  orderNo: Text,
  refundNo: orNull(Text),
  kind: oneOf(KINDS),
  mode: orNull(oneOf(MODES)),
  type: Type.Union([oneOf(VERDICT_CODES), Type.Null()], {
    description: 'null: never an exception; a refund of the order began the case',
  }),
  businessDate: orNull(DateText),
  channel: orNull(oneOf(CHANNELS)),
  amounts: Amounts,
  surplusFen: orNull(Fen),
  isPossiblyCrossDay: Type.Boolean(),
  status: oneOf(CASE_STATUSES),
  reason: Type.String({ description: 'why it has this status' }),
  assignee: orNull(Text),
  likelyCause: Type.Object(
    {
      cause: oneOf(LIKELY_CAUSES),
      rule: orNull(Text),
      precision: Type.Union([Type.Number(), Type.Null()], { description: 'of the rule, as measured' }),
      evidence: Type.String(),
      evidenceZh: Type.String(),
    },
    {
      description: 'a hint for a person, never a ground for an action',
      examples: [
        {
          cause: 'LOST_CALLBACK',
          rule: 'late-callback',
          precision: 1,
          evidence: 'the platform has it 12 min after the channel',
          evidenceZh: '芸泰比渠道晚 12 分钟才记录该支付，支付通知可能丢失或延迟',
        },
      ],
    },
  ),
  lines: Type.Array(LineSchema),
  compared: Type.Array(ComparedSchema),
  missingIn: Type.Array(oneOf(BOOKS)),
  history: Type.Object({ realtime: Type.Array(RealtimeSchema), runs: Type.Array(RunSchema) }),
  timeline: Type.Array(StepSchema),
  money: Type.Object({ paidFen: Fen, refundedFen: Fen, openFen: Fen, refundableFen: Fen }),
  refunds: Type.Array(RefundSchema),
  actions: Type.Array(RulingSchema),
  related: Type.Array(RelatedSchema),
});
