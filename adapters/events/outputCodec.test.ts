import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Alert } from '../../domain/alert.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import type { Side } from '../../domain/side.ts';
import { avroTypeOf } from './eventCodec.ts';
import { singleObjectHeader } from './fingerprint.ts';
import { encodeAlertChange, encodeVerdictChange, RECORD_OF_OUTPUT } from './outputCodec.ts';
import { loadEventSchemas, newestOf, SCHEMA_DIR } from './schemas.ts';

const T0 = Date.parse('2026-11-24T09:30:00+08:00');
const platform: Side = {
  amountFen: 9_007_199_254_740_993n,
  businessDate: '2026-11-24',
  occurredAtMs: T0,
  channel: 'WECHAT',
  identities: [{ identity: '42', amountFen: 9_007_199_254_740_993n }],
  conflict: false,
};
const oneSided: VersionedVerdict = {
  verdict: {
    mode: 'REALTIME',
    merchantId: 'H001',
    kind: 'REFUND',
    orderNo: 'YT1',
    refundNo: 'RF1',
    keyPart: 'RRF1',
    code: 'PLATFORM_ONLY',
    businessDate: '2026-11-24',
    channel: 'WECHAT',
    businessType: null,
    sides: { MERCHANT: null, PLATFORM: platform, CHANNEL: null },
    possiblyCrossDay: true,
    amountConflict: false,
    channelConflict: false,
    ambiguousRefund: false,
    split: false,
    surplusFen: null,
    possibleDuplicateOf: null,
    mergedReceipt: null,
  },
  version: 3_072n,
  span: 0,
};
const alert: Alert = {
  alertId: 'a1',
  version: 7,
  kind: 'FEED_SILENT',
  merchantId: 'H001',
  book: 'MERCHANT',
  channel: null,
  detail: '',
  state: 'CLOSED',
  severity: 'CRITICAL',
  sinceMs: T0,
  untilMs: T0 + 60_000,
  openedAtMs: T0 + 1,
  updatedAtMs: T0 + 2,
  closedAtMs: T0 + 2,
  orders: 12,
  left: 0,
  amountFen: 30_000n,
  evidence: { waiting: '12' },
  acknowledgedBy: null,
  acknowledgedAtMs: null,
  note: '',
};

/** As a consumer reads it that has the schema: header first, then the body to its end. */
function read(topic: 'verdicts' | 'alerts', bytes: Buffer): Record<string, unknown> {
  const schema = newestOf(RECORD_OF_OUTPUT[topic], loadEventSchemas());
  expect(bytes.subarray(0, 10)).toEqual(singleObjectHeader(schema.fingerprint));
  return { ...avroTypeOf(schema).fromBuffer(bytes.subarray(10)) };
}

test('a verdict is written with what both sides have, to the fen', () => {
  expect(read('verdicts', encodeVerdictChange(oneSided))).toEqual({
    changeId: 'H001 YT1 RRF1 0 3072',
    merchantId: 'H001',
    orderNo: 'YT1',
    keyPart: 'RRF1',
    span: 0,
    version: 3_072n,
    mode: 'REALTIME',
    kind: 'REFUND',
    refundNo: 'RF1',
    code: 'PLATFORM_ONLY',
    isException: true,
    businessDate: '2026-11-24',
    channel: 'WECHAT',
    businessType: '',
    merchantFen: null,
    merchantAt: null,
    platformFen: 9_007_199_254_740_993n,
    platformAt: BigInt(T0),
    surplusFen: null,
    possiblyCrossDay: true,
    channelConflict: false,
    split: false,
  });
});

test('the same change gives the same bytes, and a later version another id', () => {
  const again = encodeVerdictChange({ ...oneSided });
  expect(encodeVerdictChange(oneSided).equals(again)).toBe(true);
  const later = read('verdicts', encodeVerdictChange({ ...oneSided, version: 4_096n }));
  expect(later['changeId']).toBe('H001 YT1 RRF1 0 4096');
});

test('an alert is written as it stands', () => {
  expect(read('alerts', encodeAlertChange(alert))).toEqual({
    changeId: 'a1/7',
    alertId: 'a1',
    version: 7n,
    kind: 'FEED_SILENT',
    merchantId: 'H001',
    book: 'MERCHANT',
    channel: null,
    detail: '',
    state: 'CLOSED',
    severity: 'CRITICAL',
    since: BigInt(T0),
    until: BigInt(T0 + 60_000),
    openedAt: BigInt(T0 + 1),
    updatedAt: BigInt(T0 + 2),
    closedAt: BigInt(T0 + 2),
    orders: 12n,
    left: 0n,
    amountFen: 30_000n,
    evidence: { waiting: '12' },
  });
});

test.each(['verdict-change.v1', 'alert-change.v1'])('%s says of every field what it means', (file) => {
  const { fields }: { fields: { name: string; doc?: string }[] } = JSON.parse(
    readFileSync(`${SCHEMA_DIR}/${file}.avsc`, 'utf8'),
  );
  expect(fields.filter(({ doc = '' }) => doc.length < 5).map(({ name }) => name)).toEqual([]);
});
