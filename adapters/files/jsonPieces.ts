const ITEMS_A_PIECE = 500;

/**
 * An object as JSON in pieces, the items of its arrays one a line: a result with a million items is then never one text
 * in memory.
 */
export function* jsonPieces(object: Readonly<Record<string, unknown>>): Generator<string> {
  let lead = '{\n';
  for (const [name, value] of Object.entries(object)) {
    yield `${lead}  ${JSON.stringify(name)}: `;
    if (Array.isArray(value) && value.length > 0) yield* arrayPieces(value);
    else yield JSON.stringify(value, null, 2).replaceAll('\n', '\n  ');
    lead = ',\n';
  }
  yield lead === '{\n' ? '{}\n' : '\n}\n';
}

function* arrayPieces(items: readonly unknown[]): Generator<string> {
  let lead = '[\n    ';
  for (let at = 0; at < items.length; at += ITEMS_A_PIECE) {
    const texts = items.slice(at, at + ITEMS_A_PIECE).map((item) => JSON.stringify(item));
    yield lead + texts.join(',\n    ');
    lead = ',\n    ';
  }
  yield '\n  ]';
}
