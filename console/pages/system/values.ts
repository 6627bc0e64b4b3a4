import type { AlertKind, AlertSeverity } from '../../../domain/alert.ts';
import { ALERT_KINDS, ALERT_SEVERITIES } from '../../../domain/alert.ts';
import type { Channel } from '../../../domain/entry.ts';
import { CHANNELS } from '../../../domain/entry.ts';

// What settings say, read from the JSON of the API; what is none is read as nothing.

export type OwnRows = {
  readonly appIds?: readonly string[];
  readonly subMerchantNos?: readonly string[];
  readonly orderNoPrefixes?: readonly string[];
};
export type ChannelValue = {
  readonly merchantNo: string;
  readonly feeRate?: string;
  readonly ownRows?: OwnRows;
};
export type QuietValue = { readonly from: string; readonly to: string; readonly below?: AlertSeverity };
export type StepValue = { readonly to: readonly string[]; readonly after?: string };
export type RouteValue = {
  readonly merchants?: readonly string[];
  readonly severities?: readonly AlertSeverity[];
  readonly kinds?: readonly AlertKind[];
  readonly steps: readonly StepValue[];
  readonly quietHours?: QuietValue;
};

export function isChannel(text: string): text is Channel {
  return CHANNELS.some((channel) => channel === text);
}

export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** null: it is none. */
export function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

export function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** A field of an object; undefined: it is none, or has none. */
export function at(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map<string, unknown>(Object.entries(value)).get(name);
}

export function channelOf(value: unknown): ChannelValue {
  const feeRate = textOf(at(value, 'feeRate'));
  const rows = at(value, 'ownRows');
  return {
    merchantNo: textOf(at(value, 'merchantNo')),
    ...(feeRate === '' ? {} : { feeRate }),
    ...(rows === undefined ? {} : { ownRows: ownRowsOf(rows) }),
  };
}

function ownRowsOf(value: unknown): OwnRows {
  const own: Record<string, readonly string[]> = {};
  for (const name of ['appIds', 'subMerchantNos', 'orderNoPrefixes']) {
    const list = listOf(at(value, name));
    if (list.length > 0) own[name] = list;
  }
  return own;
}

export function quietOf(value: unknown): QuietValue | null {
  if (typeof value !== 'object' || value === null) return null;
  const below = ALERT_SEVERITIES.find((severity) => severity === at(value, 'below'));
  return {
    from: textOf(at(value, 'from')),
    to: textOf(at(value, 'to')),
    ...(below === undefined ? {} : { below }),
  };
}

export function routesOf(value: unknown): readonly RouteValue[] {
  return Array.isArray(value) ? value.map(routeOf) : [];
}

function routeOf(value: unknown): RouteValue {
  const merchants = listOf(at(value, 'merchants'));
  const severities = ALERT_SEVERITIES.filter((each) => listOf(at(value, 'severities')).includes(each));
  const kinds = ALERT_KINDS.filter((each) => listOf(at(value, 'kinds')).includes(each));
  const steps = at(value, 'steps');
  const quietHours = quietOf(at(value, 'quietHours'));
  return {
    ...(merchants.length === 0 ? {} : { merchants }),
    ...(severities.length === 0 ? {} : { severities }),
    ...(kinds.length === 0 ? {} : { kinds }),
    steps: (Array.isArray(steps) ? steps : []).map((step: unknown): StepValue => {
      const after = textOf(at(step, 'after'));
      return { to: listOf(at(step, 'to')), ...(after === '' ? {} : { after }) };
    }),
    ...(quietHours === null ? {} : { quietHours }),
  };
}

export type DurationUnit = 'ms' | 's' | 'm' | 'h' | 'd';

export function durationOf(value: unknown): { readonly count: number; readonly unit: DurationUnit } | null {
  const match = /^(-?\d+)(ms|s|m|h|d)$/.exec(textOf(value));
  if (!match) return null;
  const unit = (['ms', 's', 'm', 'h', 'd'] as const).find((each) => each === match[2]);
  return unit === undefined ? null : { count: Number(match[1]), unit };
}
