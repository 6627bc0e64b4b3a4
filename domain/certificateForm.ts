import { isBusinessDate } from './businessDate.ts';
import type { Json } from './canonicalJson.ts';
import type { Certificate, CertificateDraft, SignedCertificate } from './certificate.ts';
import { BOOKS, CHANNELS, KINDS } from './entry.ts';
import type { MerchantChannel, OwnRows } from './merchant.ts';
import { FAILURE_REASONS, FOOTER_CHECKS, OUTCOMES } from './ports.ts';
import type { Quality, QualityFigures } from './realtimeQuality.ts';
import type { Shape } from './shape.ts';
import {
  count,
  list,
  nullable,
  oneOf,
  optional,
  record,
  ShapeError,
  table,
  text,
  wholeNumber,
} from './shape.ts';
import { VERDICT_CODES } from './verdict.ts';

/** Here, since certificate.ts needs Node, which browsers that read certificates do not have. */
export const CERTIFICATE_FORM = 'duizhang-certificate/1';

type Field = <F>(name: string, shape: Shape<F>) => F;

const fen = text(/^(0|-?[1-9]\d{0,37})$/);
const hash = text(/^[0-9a-f]{64}$/);
const instant = text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const book = oneOf(BOOKS);
const kind = oneOf(KINDS);
const channel = oneOf(CHANNELS);

const date: Shape<string> = (value, path) => {
  if (typeof value === 'string' && isBusinessDate(value)) return value;
  throw new ShapeError(`${path} is no date`);
};

const ownRows = record<OwnRows>((field) => {
  const appIds = field('appIds', optional(list(text())));
  const subMerchantNos = field('subMerchantNos', optional(list(text())));
  const orderNoPrefixes = field('orderNoPrefixes', optional(list(text())));
  return {
    ...(appIds && { appIds }),
    ...(subMerchantNos && { subMerchantNos }),
    ...(orderNoPrefixes && { orderNoPrefixes }),
  };
});

const own = record<MerchantChannel>((field) => {
  const rows = field('ownRows', optional(ownRows));
  return {
    channel: field('channel', channel),
    merchantNo: field('merchantNo', text()),
    ...(rows && { ownRows: rows }),
  };
});

const totals = (field: Field) => ({
  payments: field('payments', count),
  refunds: field('refunds', count),
  paymentFen: field('paymentFen', fen),
  refundFen: field('refundFen', fen),
});

const bill = record((field) => ({
  sha256: field('sha256', hash),
  billId: field('billId', text()),
  book: field('book', book),
  channel: field('channel', nullable(channel)),
  format: field('format', text()),
  rows: field('rows', count),
  ...totals(field),
  footer: field('footer', nullable(oneOf(FOOTER_CHECKS))),
  stated: field(
    'stated',
    list(record((each) => ({ name: each('name', text()), value: each('value', text()) }))),
  ),
  foreignRows: field('foreignRows', count),
  foreignPaymentFen: field('foreignPaymentFen', fen),
  foreignRefundFen: field('foreignRefundFen', fen),
  otherRows: field('otherRows', count),
  errorRows: field('errorRows', count),
  own: field('own', nullable(own)),
}));

const conservedChannel = record((field) => ({
  channel: field('channel', nullable(channel)),
  footerFen: field('footerFen', fen),
  foreignFen: field('foreignFen', fen),
  otherDatesFen: field('otherDatesFen', fen),
  repeatedFen: field('repeatedFen', fen),
  elsewhereFen: field('elsewhereFen', fen),
  bookFen: field('bookFen', fen),
  shiftFen: field('shiftFen', fen),
  verdictFen: field('verdictFen', fen),
  crossDayFen: field('crossDayFen', fen),
}));

const verdicts = record((field) => ({
  code: field('code', oneOf(VERDICT_CODES)),
  kind: field('kind', kind),
  channel: field('channel', nullable(channel)),
  count: field('count', count),
  sides: field(
    'sides',
    list(
      record((side) => ({
        book: side('book', book),
        count: side('count', count),
        fen: side('fen', fen),
        onDateFen: side('onDateFen', fen),
      })),
    ),
  ),
}));

const milliseconds = nullable(count);

const figures = (field: Field): QualityFigures => ({
  verdicts: field('verdicts', count),
  stood: field('stood', count),
  needed: field(
    'needed',
    record((each) => ({
      p50Ms: each('p50Ms', milliseconds),
      p95Ms: each('p95Ms', milliseconds),
      p99Ms: each('p99Ms', milliseconds),
    })),
  ),
});

const quality = record<Quality>((field) => ({
  ...figures(field),
  byType: field(
    'byType',
    list(record((each) => ({ type: each('type', oneOf(VERDICT_CODES)), ...figures(each) }))),
  ),
}));

const draftFields = (field: Field): CertificateDraft => {
  const realtime = field('realtime', optional(quality));
  return {
    form: field('form', oneOf([CERTIFICATE_FORM] as const)),
    merchantId: field('merchantId', text()),
    businessDate: field('businessDate', date),
    mode: field('mode', oneOf(['THREE_WAY', 'TWO_WAY'] as const)),
    runId: field('runId', text()),
    token: field('token', text(/^\d+$/)),
    operator: field('operator', text()),
    startedAt: field('startedAt', instant),
    endedAt: field('endedAt', instant),
    outcome: field('outcome', oneOf(OUTCOMES)),
    reasons: field('reasons', list(oneOf(FAILURE_REASONS))),
    positions: field('positions', table(count)),
    cutOffMs: field('cutOffMs', wholeNumber),
    bills: field('bills', list(bill)),
    books: field('books', list(record((each) => ({ book: each('book', book), ...totals(each) })))),
    conservation: field(
      'conservation',
      list(
        record((each) => ({
          book: each('book', book),
          kind: each('kind', kind),
          spreadFen: each('spreadFen', fen),
          channels: each('channels', list(conservedChannel)),
        })),
      ),
    ),
    verdicts: field('verdicts', list(verdicts)),
    merkle: field(
      'merkle',
      record((each) => ({ root: each('root', hash), leaves: each('leaves', count) })),
    ),
    ...(realtime && { realtime }),
  };
};

const certificate = record<Certificate>((field) => ({
  ...draftFields(field),
  sequence: field('sequence', count),
  previous: field('previous', nullable(hash)),
}));

export const signedCertificate = record<SignedCertificate>((field) => ({
  certificate: field('certificate', certificate),
  signature: field(
    'signature',
    record((each) => ({
      algorithm: each('algorithm', oneOf(['Ed25519'] as const)),
      keyId: each('keyId', hash),
      value: each('value', text(/^[0-9a-f]{128}$/)),
    })),
  ),
}));

/** @throws ShapeError where it is no certificate of a form that this version knows */
export function certificateOf(value: Json): SignedCertificate {
  return signedCertificate(value, 'certificate');
}

/** @throws ShapeError */
export function draftOf(value: Json): CertificateDraft {
  return record(draftFields)(value, 'draft');
}
