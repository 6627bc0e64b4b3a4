/** Forgotten together: the first of a map is found by stepping over all that was deleted before it. */
const AT_ONCE = 1_000;

/** A set or a map that holds so much more than `most` is brought back to it: seldom, and then at once. */
export function dropOldest<K>(collection: Set<K> | Map<K, unknown>, most: number): void {
  if (collection.size < most + AT_ONCE) return;
  for (const key of collection.keys()) {
    if (collection.size <= most) return;
    collection.delete(key);
  }
}
