import type { Type } from 'avsc';
import type { Alert } from '../../domain/alert.ts';
import type { OutputTopic } from '../../domain/outputPorts.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import type { Side } from '../../domain/side.ts';
import { EXCEPTION_CODES } from '../../domain/verdict.ts';
import { avroTypeOf } from './eventCodec.ts';
import { singleObjectHeader } from './fingerprint.ts';
import { loadEventSchemas, newestOf } from './schemas.ts';

/** The record that each topic for others carries. */
export const RECORD_OF_OUTPUT: Readonly<Record<OutputTopic, string>> = {
  verdicts: 'duizhang.VerdictChange',
  alerts: 'duizhang.AlertChange',
};

type Encoder = { readonly header: Buffer; readonly type: Type };
let encoders: Readonly<Record<OutputTopic, Encoder>> | null = null;

/** In Avro single-object encoding, as are the events. The same change gives the same bytes. */
export function encodeVerdictChange({ verdict, version, span }: VersionedVerdict): Buffer {
  const { merchantId, orderNo, keyPart, code, sides } = verdict;
  const { mode, kind, refundNo, businessDate, channel, businessType } = verdict;
  const { surplusFen, possiblyCrossDay, channelConflict, split } = verdict;
  return encoded('verdicts', {
    changeId: `${merchantId} ${orderNo} ${keyPart} ${span} ${version}`,
    merchantId,
    orderNo,
    keyPart,
    span,
    version,
    mode,
    kind,
    refundNo,
    code,
    isException: EXCEPTION_CODES.has(code),
    businessDate,
    channel,
    businessType: businessType ?? '',
    merchantFen: sides.MERCHANT?.amountFen ?? null,
    merchantAt: timeOf(sides.MERCHANT),
    platformFen: sides.PLATFORM?.amountFen ?? null,
    platformAt: timeOf(sides.PLATFORM),
    surplusFen,
    possiblyCrossDay,
    channelConflict,
    split,
  });
}

export function encodeAlertChange(alert: Alert): Buffer {
  const { alertId, version, kind, merchantId, book, channel, detail, state, severity } = alert;
  const { sinceMs, untilMs, openedAtMs, updatedAtMs, closedAtMs } = alert;
  return encoded('alerts', {
    changeId: `${alertId}/${version}`,
    alertId,
    version: BigInt(version),
    kind,
    merchantId,
    book,
    channel,
    detail,
    state,
    severity,
    since: BigInt(sinceMs),
    until: untilMs === null ? null : BigInt(untilMs),
    openedAt: BigInt(openedAtMs),
    updatedAt: BigInt(updatedAtMs),
    closedAt: closedAtMs === null ? null : BigInt(closedAtMs),
    orders: BigInt(alert.orders),
    left: BigInt(alert.left),
    amountFen: alert.amountFen,
    evidence: alert.evidence,
  });
}

function timeOf(side: Side | null): bigint | null {
  return side === null ? null : BigInt(side.occurredAtMs);
}

function encoded(topic: OutputTopic, values: Readonly<Record<string, unknown>>): Buffer {
  encoders ??= { verdicts: encoderOf('verdicts'), alerts: encoderOf('alerts') };
  const { header, type } = encoders[topic];
  return Buffer.concat([header, type.toBuffer(values)]);
}

function encoderOf(topic: OutputTopic): Encoder {
  const schema = newestOf(RECORD_OF_OUTPUT[topic], loadEventSchemas());
  return { header: singleObjectHeader(schema.fingerprint), type: avroTypeOf(schema) };
}
