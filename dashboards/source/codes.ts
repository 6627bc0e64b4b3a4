import type { ValueMap } from '@grafana/grafana-foundation-sdk/dashboard';
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import type { AlertState } from '../../domain/alert.ts';
import { SHEET_ACTION_LABELS } from '../../domain/decisionSheet.ts';
import {
  ALERT_KIND_LABELS,
  ALERT_SEVERITY_LABELS,
  BOOK_LABELS,
  CHANNEL_LABELS,
  KIND_LABELS,
  MODE_LABELS,
  OUTCOME_LABELS,
  STATUS_LABELS,
  VERDICT_LABELS,
} from '../../domain/labels.ts';
import type { FailureReason } from '../../domain/ports.ts';

// What codes are called on dashboards: the domain's words where it has them.

export const REASON_LABELS: Readonly<Record<FailureReason, string>> = {
  MERCHANT_BILL_EMPTY: '商户账单为空',
  PLATFORM_BILL_EMPTY: '芸泰账单为空',
  CHANNEL_BILL_EMPTY: '渠道账单为空',
  HDP_FAILED: 'HIS 取数失败',
  BILL_PARSE_ERROR: '账单有无法解析的行',
  BILL_NOT_READY: '账单未就绪',
  BILL_TOTALS_MISMATCH: '账单合计不符',
};

const STATE_LABELS: Readonly<Record<AlertState, string>> = { OPEN: '进行中', CLOSED: '已结束' };

type Labels = Readonly<Record<string, string>>;
const COLORS: Labels = {
  BALANCED: 'green',
  UNBALANCED: 'orange',
  FAILED: 'red',
  OPEN: 'red',
  IN_PROGRESS: 'orange',
  PENDING_APPROVAL: 'yellow',
  RESOLVED: 'green',
  HEALED: 'green',
  CRITICAL: 'red',
  WARNING: 'orange',
};

/** A cell that holds a code shows its label. */
function mappingOf(labels: Labels): ValueMap {
  const options = Object.entries(labels).map(([code, text], index) => {
    const color = COLORS[code];
    return [code, { text, index, ...(color === undefined ? {} : { color }) }] as const;
  });
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) };
}

export const MAPPINGS = {
  mode: mappingOf(MODE_LABELS),
  book: mappingOf(BOOK_LABELS),
  kind: mappingOf(KIND_LABELS),
  channel: mappingOf(CHANNEL_LABELS),
  verdict: mappingOf(VERDICT_LABELS),
  outcome: mappingOf(OUTCOME_LABELS),
  status: mappingOf(STATUS_LABELS),
  action: mappingOf(SHEET_ACTION_LABELS),
  alert: mappingOf(ALERT_KIND_LABELS),
  severity: mappingOf(ALERT_SEVERITY_LABELS),
  alertState: mappingOf(STATE_LABELS),
} as const;

/** Value mappings do not reach the names of series: there SQL itself says the label. */
export function named(column: string, labels: Labels): string {
  const list = (texts: readonly string[]) => `[${texts.map((text) => `'${text}'`).join(', ')}]`;
  const code = `toString(${column})`;
  return `transform(${code}, ${list(Object.keys(labels))}, ${list(Object.values(labels))}, ${code})`;
}
