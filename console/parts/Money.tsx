import { moneyText } from './texts.ts';

type Props = {
  /** null: the book does not have it. */
  readonly fen: string | bigint | null;
  /** In a line of text, not in a column. */
  readonly inline?: boolean;
};

/** Yuan with thousands separators, right-aligned. The one way to show an amount. */
export function Money({ fen, inline = false }: Props) {
  const classes = inline ? 'dz-number' : 'dz-number dz-money';
  return <span className={classes}>{fen === null ? '—' : moneyText(fen)}</span>;
}
