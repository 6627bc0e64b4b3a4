/** Says that the window is being taken away, and for how many slots one was made before each slot said so itself. */
export const WHOLE_WINDOW_KEY = 'dz:window-set-up';
export const BEING_EMPTIED = 'being emptied';
/** Of each slot: for how many slots its window was made; absent: it is new, or lost. */
export const SET_UP = 'set-up';
/** Every key of every slot, as a pattern. */
export const SLOT_KEYS = 'dz:{*}:*';

/** One hash tag a slot, so that a slot lies on one node of a cluster. */
export function key(slot: number, name: string): string {
  return `dz:{${slot}}:${name}`;
}
