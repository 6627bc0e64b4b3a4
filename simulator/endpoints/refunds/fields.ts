/** The fields of a JSON object; none when the text is no such thing. */
export function fieldsOf(text: string): ReadonlyMap<string, unknown> {
  try {
    return fieldsIn(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return new Map();
    throw error;
  }
}

export function fieldsIn(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(Object(value)));
}

/** '' when it is no text. */
export function textAt(fields: ReadonlyMap<string, unknown>, name: string): string {
  const value = fields.get(name);
  return typeof value === 'string' ? value : '';
}
