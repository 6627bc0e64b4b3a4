import { AUDIT_FIELDS } from '../../../domain/auditKinds.ts';
import type { AuditField } from '../../../domain/auditKinds.ts';
import type { Labels } from '../../labels/zh.ts';
import { moneyText } from '../../parts/texts.ts';
import { fieldLabel, hospitalOf } from '../system/fields.ts';
import { joined } from '../system/joined.ts';
import { at } from '../system/values.ts';
import { methodText, valueText } from '../system/valueText.ts';

type NameOf = (merchantId: string) => string;

/** What a field of an entry is called. One that this console does not know keeps its own name, and says so. */
export function saidLabel(field: string, { audit, codes }: Labels): string {
  const word = /^word(\d+)$/.exec(field)?.[1];
  if (word !== undefined) return audit.commandWord(word);
  const known = AUDIT_FIELDS.find((name) => name === field);
  return known === undefined ? audit.otherField(field) : codes.auditField[known];
}

/** What it says, in words: what no table knows stays as it is recorded. */
export function saidText(field: string, value: unknown, labels: Labels, nameOf: NameOf): string {
  const { system } = labels;
  if (typeof value === 'boolean') return value ? system.yes : system.no;
  if (field === 'changes' && Array.isArray(value))
    return value.map((change) => changeText(change, labels, nameOf)).join('\n');
  if (Array.isArray(value))
    return joined(
      system,
      value.map((each) => saidText(field, each, labels, nameOf)),
    );
  if (typeof value !== 'string') return JSON.stringify(value);
  if (MERCHANTS.has(field)) return nameOf(value);
  if (field === 'amountFen') return moneyText(value);
  if (field === 'method') return methodText(value, labels);
  if (field === 'paths') return settingText(value, labels, nameOf);
  return tablesOf(labels).get(field)?.[value] ?? value;
}

const MERCHANTS: ReadonlySet<string> = new Set<AuditField>([
  'merchant',
  'merchantId',
  'merchants',
  'reachedMerchants',
]);

function tablesOf({ audit, cases, codes }: Labels): ReadonlyMap<string, Readonly<Record<string, string>>> {
  return new Map<AuditField, Readonly<Record<string, string>>>([
    ['action', cases.action],
    ['book', codes.book],
    ['by', audit.ways],
    ['changed', audit.userParts],
    ['channel', codes.channel],
    ['kind', { ...codes.kind, ...codes.auditKind }],
    ['list', audit.lists],
    ['mode', codes.mode],
    ['outcome', codes.outcome],
    ['roles', codes.role],
    ['state', cases.actionState],
    ['status', audit.imports],
  ]);
}

function settingText(path: string, labels: Labels, nameOf: NameOf): string {
  const hospital = hospitalOf(path);
  return `${hospital === null ? '' : labels.system.hospitalOnly(nameOf(hospital))}${fieldLabel(path, labels)}`;
}

/** As settings are recorded: their values are JSON of their own. */
function changeText(change: unknown, labels: Labels, nameOf: NameOf): string {
  const path = at(change, 'path');
  if (typeof path !== 'string') return JSON.stringify(change);
  const value = (name: string): string => valueText(path, jsonOf(at(change, name)), labels);
  return `${settingText(path, labels, nameOf)}${labels.common.colon}${value('before')} → ${value('after')}`;
}

function jsonOf(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return text;
  }
}
