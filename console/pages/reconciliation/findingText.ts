import type { Finding } from '../../../domain/finding.ts';
import type { Labels } from '../../labels/zh.ts';
import { moneyText } from '../../parts/texts.ts';

const FEN = /^-?\d+$/;

/** A difference in words, with its amounts in yuan. */
export function findingText({ what, where, expected, found }: Finding, labels: Labels): string {
  const { certificate: words } = labels;
  // Of these two the sentence beside the mark says all: what is found is a file, or a signature, that does not hold.
  if (what === 'form') return words.otherFile;
  if (what === 'signature' && where !== 'key') return words.otherContent;
  const isMoney = what === 'book' || what === 'conservation';
  const said = (value: string): string => (isMoney && FEN.test(value) ? moneyText(value) : value);
  return `${placeText(where, labels)}${labels.common.colon}${words.expected} ${said(expected)} · ${words.found} ${said(found)}`;
}

/** `MERCHANT PAYMENT WECHAT: bill to book`, as domain/certificateIdentity.ts names a place. */
function placeText(where: string, { codes, certificate: { places } }: Labels): string {
  const names = new Map<string, string>([
    ...Object.entries(places),
    ...Object.entries(codes.book),
    ...Object.entries(codes.kind),
    ...Object.entries(codes.channel),
  ]);
  // Longer names first: one may be part of another.
  const known = [...names.keys()].toSorted((a, b) => b.length - a.length).map((name) => `\\b${name}\\b`);
  return where.replaceAll(new RegExp(known.join('|'), 'g'), (name) => names.get(name) ?? name);
}
