import type { RawInsertFormat } from 'chdb';
import { quoted } from './sqlText.ts';
import type { SqlText, Word } from './sqlText.ts';

export type Settings = Readonly<Record<string, string>>;

export type Statement =
  /** Rows in a text format into a table: the engine takes the bytes as they are. */
  | {
      readonly kind: 'rows';
      readonly table: string;
      readonly columns: readonly string[] | null;
      readonly format: RawInsertFormat;
      /** Any line end is a row's end. */
      readonly byLine: boolean;
      /** Where the rows begin in the text, when they are not sent apart. */
      readonly dataAt: number;
    }
  /** Rows that a query takes from `input(…)`; its text is `before`, the source of the rows, `after`. */
  | {
      readonly kind: 'input';
      readonly before: string;
      readonly after: string;
      /** A string literal, as in the text. */
      readonly structure: string;
      readonly format: string;
      /** Where the rows begin in the text, when they are not sent apart. */
      readonly dataAt: number;
    }
  /** Any other INSERT; its data, if it is sent apart, follows the text. */
  | { readonly kind: 'insert'; readonly sql: string }
  /** Answers with rows. */
  | {
      readonly kind: 'select';
      readonly sql: string;
      readonly format: string | null;
      readonly streams: boolean;
    }
  /** Changes something; answers with nothing, as a rule. */
  | { readonly kind: 'command'; readonly sql: string; readonly format: string | null }
  /** SET or USE: lasts as long as its request over HTTP, which is no time at all. */
  | { readonly kind: 'session' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'several' };

/** Formats that chdb takes as bytes, and whether a row may be cut off at any line end. */
const ROW_FORMATS: ReadonlyMap<string, { readonly name: RawInsertFormat; readonly byLine: boolean }> =
  new Map([
    ['JSONEACHROW', { name: 'JSONEachRow', byLine: true }],
    ['JSONCOMPACTEACHROW', { name: 'JSONCompactEachRow', byLine: true }],
    ['TSV', { name: 'TabSeparated', byLine: true }],
    ['TABSEPARATED', { name: 'TabSeparated', byLine: true }],
    ['CSV', { name: 'CSV', byLine: false }],
    ['CSVWITHNAMES', { name: 'CSVWithNames', byLine: false }],
  ]);

/** Formats without head or foot: only these may be answered in pieces, since chdb formats each piece as a whole. */
const STREAMED_FORMATS: ReadonlySet<string> = new Set([
  'JSONEachRow',
  'JSONStringsEachRow',
  'JSONCompactEachRow',
  'JSONCompactStringsEachRow',
  'TSV',
  'TabSeparated',
  'CSV',
  'RowBinary',
]);

const ANSWERING: ReadonlySet<string> = new Set([
  'SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'EXPLAIN', 'CHECK', 'FROM',
]); // prettier-ignore

const NAME = '(?:[A-Za-z_][A-Za-z0-9_]*|`[A-Za-z0-9_]+`|"[A-Za-z0-9_]+")';
const ROWS_HEAD = new RegExp(
  `^\\s*INSERT\\s+INTO\\s+(?:TABLE\\s+)?(${NAME}(?:\\.${NAME})?)\\s*(?:\\(([^()]*)\\))?\\s*FORMAT\\s+([A-Za-z]+)[ \\t;]*\\r?\\n?`,
  'i',
);
const ONLY_NAME = new RegExp(`^${NAME}$`);

/** Understands as much of a statement as the HTTP protocol needs, and gives it its settings. */
export function parseStatement(
  sql: string,
  settings: Settings,
  text: SqlText,
  defaultFormat: string,
): Statement {
  const first = text.words[0]?.text;
  if (text.another) return { kind: 'several' };
  if (first === undefined) {
    // "(SELECT 1) UNION ALL …" begins with a bracket.
    if (sql.slice(0, text.end).trim() === '') return { kind: 'empty' };
    return selectOf(sql, settings, text, defaultFormat);
  }
  if (first === 'SET' || first === 'USE') return { kind: 'session' };
  if (first === 'INSERT') {
    const read = rowsOf(sql) ?? inputOf(sql, settings, text);
    return read ?? { kind: 'insert', sql: insertWithSettings(sql, settings, text.words) };
  }
  if (ANSWERING.has(first) || sql.trimStart().startsWith('(')) {
    return selectOf(sql, settings, text, defaultFormat);
  }
  // A SETTINGS clause of CREATE would become the table's own.
  const clause = first === 'CREATE' || first === 'ATTACH' ? {} : settings;
  return { kind: 'command', sql: withSettings(sql, text, clause), format: formatOf(sql, text) };
}

function selectOf(sql: string, settings: Settings, text: SqlText, defaultFormat: string): Statement {
  const format = formatOf(sql, text);
  const isQuery = ['SELECT', 'WITH', 'FROM', undefined].includes(text.words[0]?.text);
  return {
    kind: 'select',
    sql: withSettings(sql, text, isQuery ? settings : {}),
    format,
    streams: isQuery && STREAMED_FORMATS.has(format ?? defaultFormat),
  };
}

function rowsOf(sql: string): Statement | null {
  const head = ROWS_HEAD.exec(sql);
  const format = ROW_FORMATS.get(head?.[3]?.toUpperCase() ?? '');
  const columns = head?.[2]?.split(',').map((column) => column.trim());
  if (!head || !format || columns?.some((column) => !ONLY_NAME.test(column))) return null;
  return {
    kind: 'rows',
    table: unquoted(head[1] ?? ''),
    columns: columns?.map(unquoted) ?? null,
    format: format.name,
    byLine: format.byLine,
    dataAt: head[0].length,
  };
}

function unquoted(name: string): string {
  return name.replaceAll(/[`"]/g, '');
}

const STRUCTURE = /\s*\(\s*('(?:[^'\\]|\\[\s\S]|'')*')\s*\)/y;

function inputOf(sql: string, settings: Settings, text: SqlText): Statement | null {
  const input = text.words.find((word) => word.text === 'INPUT');
  const [format, name] = text.words.slice(-2);
  if (!input || format?.text !== 'FORMAT' || !name) return null;
  STRUCTURE.lastIndex = input.end;
  const structure = STRUCTURE.exec(sql)?.[1];
  if (structure === undefined) return null;
  const query = insertWithSettings(sql.slice(0, format.start), settings, text.words);
  // Settings stand before the query, and so before its input.
  const shift = query.length - format.start;
  return {
    kind: 'input',
    before: query.slice(0, input.start + shift),
    after: query.slice(STRUCTURE.lastIndex + shift),
    structure,
    format: sql.slice(name.start, name.end),
    dataAt: name.end + (/^[ \t;]*\r?\n?/.exec(sql.slice(name.end))?.[0].length ?? 0),
  };
}

/** Before what is inserted, or in front of the settings that stand there. */
function insertWithSettings(sql: string, settings: Settings, words: readonly Word[]): string {
  const own = settingsWord(sql, words);
  const body = words.find((word) => ['SELECT', 'WITH', 'VALUES', 'FORMAT'].includes(word.text));
  const clause = clauseOf(settings);
  if (clause === '' || !body) return sql;
  const at = own && own.start < body.start ? own.end : body.start;
  const piece = own && own.start < body.start ? ` ${clause},` : `SETTINGS ${clause} `;
  return sql.slice(0, at) + piece + sql.slice(at);
}

function formatOf(sql: string, text: SqlText): string | null {
  const at = text.words.findLastIndex((word) => word.text === 'FORMAT');
  const format = text.words[at];
  const name = text.words[at + 1];
  if (!format || !name || sql.slice(format.end, name.start).trim() !== '') return null;
  return sql.slice(name.start, name.end);
}

/** Adds settings for this statement alone; where the text sets one itself, the text's comes later and wins. */
function withSettings(sql: string, text: SqlText, settings: Settings): string {
  const clause = clauseOf(settings);
  const statement = sql.slice(0, text.end);
  if (clause === '') return statement;
  const own = settingsWord(sql, text.words);
  if (own) return `${statement.slice(0, own.end)} ${clause},${statement.slice(own.end)}`;
  return `${statement}\nSETTINGS ${clause}`;
}

function settingsWord(sql: string, words: readonly Word[]): Word | null {
  const word = words.findLast(({ text, end }) => text === 'SETTINGS' && /^\s+\w+\s*=/.test(sql.slice(end)));
  return word ?? null;
}

function clauseOf(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${quoted(value)}`)
    .join(', ');
}
