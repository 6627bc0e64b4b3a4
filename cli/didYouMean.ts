/** ` (did you mean "…"?)` where one of the names is near to what was typed, else nothing. */
export function didYouMean(typed: string, names: readonly string[]): string {
  const [best] = names
    .map((name) => ({ name, edits: editDistance(typed, name) }))
    .toSorted((a, b) => a.edits - b.edits);
  return best && best.edits <= Math.max(2, typed.length / 3) ? ` (did you mean "${best.name}"?)` : '';
}

/** Levenshtein. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
