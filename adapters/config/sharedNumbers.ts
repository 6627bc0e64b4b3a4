import type { Merchant } from '../../domain/merchant.ts';

/**
 * What a configuration may say and hardly means: hospitals that share their number at a channel, so that one bill holds
 * the rows of all of them, and of which one does not say by `ownRows` which are its own.
 * @returns sentences, in the order of the hospitals
 */
export function sharedNumberWarnings(merchants: Iterable<Merchant>): readonly string[] {
  const places = [...merchants].flatMap(({ merchantId, channels }) =>
    channels.map((own) => ({ merchantId, ...own })),
  );
  const shared = Map.groupBy(places, ({ channel, merchantNo }) => `${channel} ${merchantNo}`);
  return [...shared.values()].flatMap((own) => {
    const open = own.filter(({ ownRows }) => ownRows === undefined);
    const [first] = own;
    if (!first || own.length < 2 || open.length === 0) return [];
    const all = own.map(({ merchantId }) => merchantId).join(', ');
    const bare = open.map(({ merchantId }) => merchantId).join(', ');
    return [
      `${all} share the ${first.channel} number ${first.merchantNo}, and ${bare} ${open.length === 1 ? 'has' : 'have'} no ownRows there: every row of its bills would be taken for ${open.length === 1 ? "the hospital's own" : 'the own of each'}`,
    ];
  });
}
