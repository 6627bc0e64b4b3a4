import type { Labels } from '../../labels/zh.ts';
import type { Letter } from './queries.ts';

type Named = { readonly labels: Labels; readonly hospital: string | null };

/** Name of the topic, and where in it the event lies. */
export function placeOf({ partition, position }: Pick<Letter, 'partition' | 'position'>) {
  const [topic = '', number = ''] = partition.split('/');
  return { topic, partition: number, offset: String(position) };
}

/** What can be done, and who is to be asked for it. @param hospital by name; null: it is none of ours, or nobody knows */
export function adviceOf(
  letter: Pick<Letter, 'code' | 'partition' | 'position' | 'isMended'>,
  { labels, hospital }: Named,
): string {
  const { codes, common, deadLetters: words } = labels;
  if (letter.isMended) return words.mended;
  return codes.deadLetterAdvice[letter.code]?.(senderOf(letter, { labels, hospital })) ?? common.none;
}

function senderOf(
  letter: Pick<Letter, 'partition' | 'position'>,
  { labels: { deadLetters: words }, hospital }: Named,
): string {
  if (placeOf(letter).topic === 'payments')
    return hospital === null ? words.platform : words.platformFor(hospital);
  return hospital === null ? words.someHospital : words.hospitalSender(hospital);
}

/** A field as its sender calls it, with what it is. */
export function fieldText(field: string | null, { cases, common, deadLetters: words }: Labels): string {
  if (field === null) return words.noField;
  const names: Readonly<Record<string, string>> = { ...cases.field, ...words.fields };
  const name = names[field];
  return name === undefined ? field : common.withNote(name, field);
}
