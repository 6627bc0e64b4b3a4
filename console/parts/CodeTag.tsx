import { Tag } from 'antd';
import type { AlertSeverity, AlertState } from '../../domain/alert.ts';
import type { CaseStatus } from '../../domain/apiPorts.ts';
import type { Outcome } from '../../domain/ports.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { useLabels } from '../labels/useLabels.ts';

type Color = 'default' | 'success' | 'processing' | 'warning' | 'error';

// The word says it; the colour only helps to find it.
const VERDICT_COLORS: Readonly<Record<VerdictCode, Color>> = {
  MATCHED: 'success',
  AMOUNT_MISMATCH: 'error',
  MERCHANT_ONLY: 'warning',
  PLATFORM_ONLY: 'warning',
  CHANNEL_ONLY: 'warning',
  PLATFORM_MISSING: 'warning',
  DUPLICATE: 'error',
  OFFSET: 'default',
  CROSS_DAY: 'processing',
};
const OUTCOME_COLORS: Readonly<Record<Outcome, Color>> = {
  BALANCED: 'success',
  UNBALANCED: 'warning',
  FAILED: 'error',
};
const STATUS_COLORS: Readonly<Record<CaseStatus, Color>> = {
  OPEN: 'warning',
  IN_PROGRESS: 'processing',
  PENDING_APPROVAL: 'processing',
  RESOLVED: 'success',
  HEALED: 'success',
};
const SEVERITY_COLORS: Readonly<Record<AlertSeverity, Color>> = {
  NOTICE: 'default',
  WARNING: 'warning',
  CRITICAL: 'error',
};
const ALERT_STATE_COLORS: Readonly<Record<AlertState, Color>> = { OPEN: 'error', CLOSED: 'default' };

export function VerdictTag({ code }: { readonly code: VerdictCode }) {
  return <Tag color={VERDICT_COLORS[code]}>{useLabels().codes.verdict[code]}</Tag>;
}

export function OutcomeTag({ code }: { readonly code: Outcome }) {
  return <Tag color={OUTCOME_COLORS[code]}>{useLabels().codes.outcome[code]}</Tag>;
}

export function CaseStatusTag({ code }: { readonly code: CaseStatus }) {
  return <Tag color={STATUS_COLORS[code]}>{useLabels().codes.caseStatus[code]}</Tag>;
}

export function SeverityTag({ code }: { readonly code: AlertSeverity }) {
  return <Tag color={SEVERITY_COLORS[code]}>{useLabels().codes.alertSeverity[code]}</Tag>;
}

export function AlertStateTag({ code }: { readonly code: AlertState }) {
  return <Tag color={ALERT_STATE_COLORS[code]}>{useLabels().codes.alertState[code]}</Tag>;
}
