/** Says for how many slots the window was made; absent: there is none. */
export const SET_UP_KEY = 'dz:window-set-up';
/** Stands there in place of a number while the window is taken away. */
export const BEING_EMPTIED = 'being emptied';
/** Every key of every slot, as a pattern. */
export const SLOT_KEYS = 'dz:{*}:*';

/** One hash tag a slot, so that a slot lies on one node of a cluster. */
export function key(slot: number, name: string): string {
  return `dz:{${slot}}:${name}`;
}
