/** A word or placeholder of a statement that stands outside strings, quoted names, comments and brackets. */
export type Word = { readonly text: string; readonly start: number; readonly end: number };
export type Placeholder = Word & { readonly name: string; readonly type: string };

export type SqlText = {
  /** Upper-case words outside any bracket, in order; none that follows a "." (a column or table name). */
  readonly words: readonly Word[];
  /** `{name:Type}` anywhere, also inside brackets. */
  readonly placeholders: readonly Placeholder[];
  /** Where the statement ends: before its closing ";", if it has one. */
  readonly end: number;
  /** Something follows the closing ";". */
  readonly another: boolean;
};

const TOKEN =
  /\s+|--[^\n]*|#!?[ \t][^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S])*"|`(?:[^`\\]|\\[\s\S])*`|[A-Za-z_][A-Za-z0-9_]*|[0-9][A-Za-z0-9_.]*|[\s\S]/y;
const PLACEHOLDER = /\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*:\s*([^{}]+?)\s*\}/y;
const BLANK = /^(?:\s|--|#|\/\*)/;

/**
 * Finds the words of one statement. What follows `FORMAT x` or `VALUES` in an INSERT is data, unless a query without
 * `input(…)` is inserted, and not looked at.
 */
export function readSql(sql: string): SqlText {
  const words: Word[] = [];
  const placeholders: Placeholder[] = [];
  let depth = 0;
  let afterDot = false;
  let end = -1;
  for (let at = 0; at < sql.length;) {
    PLACEHOLDER.lastIndex = at;
    const placeholder = sql[at] === '{' ? PLACEHOLDER.exec(sql) : null;
    if (placeholder) {
      const [text, name = '', type = ''] = placeholder;
      placeholders.push({ text, name, type, start: at, end: at + text.length });
      at += text.length;
      continue;
    }
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(sql)?.[0] ?? sql.slice(at);
    const start = at;
    at += token.length;
    if (BLANK.test(token) && token !== '#') continue;
    if (end >= 0) return { words, placeholders, end, another: true };
    if (token === ';') end = start;
    else if (token === '(' || token === '[' || token === '{') depth += 1;
    else if (token === ')' || token === ']' || token === '}') depth -= 1;
    else if (depth === 0 && !afterDot && /^[A-Za-z_]/.test(token)) {
      words.push({ text: token.toUpperCase(), start, end: at });
      if (dataFollows(words)) break;
    }
    afterDot = token === '.';
  }
  return { words, placeholders, end: end < 0 ? sql.length : end, another: false };
}

function dataFollows(words: readonly Word[]): boolean {
  if (words[0]?.text !== 'INSERT') return false;
  const isQuery = words.some((word) => word.text === 'SELECT' || word.text === 'WITH');
  if (isQuery && !words.some((word) => word.text === 'INPUT')) return false;
  return (!isQuery && words.at(-1)?.text === 'VALUES') || words.at(-2)?.text === 'FORMAT';
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
};

/** Undoes the TSV escaping in which parameters travel (https://clickhouse.com/docs/interfaces/http#tabs-in-url-parameters). */
function unescapeTsv(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, char: string) => ESCAPES[char] ?? char);
}

export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/**
 * Puts parameters in the place of `{name:Type}`, as values of that type. chdb's own binding is not used: it runs one
 * query at a time in the whole process.
 * @returns the name of a parameter that has no value, or the text
 */
export function bindParameters(
  sql: string,
  placeholders: readonly Placeholder[],
  parameters: ReadonlyMap<string, string>,
): { readonly sql: string } | { readonly missing: string } {
  let bound = '';
  let from = 0;
  for (const placeholder of placeholders) {
    const value = parameters.get(placeholder.name);
    if (value === undefined) return { missing: placeholder.name };
    bound += sql.slice(from, placeholder.start) + literal(value, placeholder.type);
    from = placeholder.end;
  }
  return { sql: bound + sql.slice(from) };
}

function literal(value: string, type: string): string {
  if (value === '\\N') return `CAST(NULL, ${quoted(type)})`;
  // Composite values are written as in SQL already, with the escapes inside their strings.
  const text = /^(?:Array|Map|Tuple)\(/.test(type) ? value : unescapeTsv(value);
  if (type === 'Identifier') return `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
  return type === 'String' ? quoted(text) : `CAST(${quoted(text)}, ${quoted(type)})`;
}
