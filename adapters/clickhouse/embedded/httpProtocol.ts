import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Counts, EmbeddedEngine } from './engine.ts';
import { failure, failureOf } from './engineError.ts';
import type { EngineFailure } from './engineError.ts';
import { bindParameters, quoted, readSql } from './sqlText.ts';
import { parseStatement } from './statement.ts';
import type { Settings, Statement } from './statement.ts';

/** Rows are handed to the engine in pieces of this size; a smaller body is written whole or not at all. */
const INSERT_PIECE_BYTES = 16 * 1024 * 1024;
/** A statement, or data in a format that cannot be cut. */
const MAX_TEXT_BYTES = 256 * 1024 * 1024;

/** URL parameters that are no settings, or that this engine has no use for: it always answers and writes at once. */
const NO_SETTINGS: ReadonlySet<string> = new Set([
  'query', 'database', 'default_format', 'query_id', 'session_id', 'session_timeout', 'session_check', 'user',
  'password', 'role', 'quota_key', 'wait_end_of_query', 'buffer_size', 'compress', 'decompress',
  'enable_http_compression', 'send_progress_in_http_headers', 'async_insert', 'wait_for_async_insert',
  'cancel_http_readonly_queries_on_client_close', 'http_headers_progress_interval_ms', 'http_write_exception_in_output_format',
]); // prettier-ignore

const NOTHING: Counts = { readRows: 0, readBytes: 0, writtenRows: 0, writtenBytes: 0 };

type Request = {
  readonly url: URLSearchParams;
  readonly database: string;
  readonly defaultFormat: string;
  readonly settings: Settings;
  readonly body: IncomingMessage;
};

/** Answers one request of ClickHouse's HTTP protocol (https://clickhouse.com/docs/interfaces/http). */
export async function answer(
  engine: EmbeddedEngine,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
    if (isFromBrowser(incoming)) {
      return fail(
        response,
        failure(516, 'AUTHENTICATION_FAILED', 'pages of a browser may not ask this engine'),
      );
    }
    const hasQuery = incoming.method === 'POST' || url.searchParams.has('query');
    if (url.pathname === '/ping' || (url.pathname === '/' && !hasQuery))
      return ok(response, NOTHING, 'Ok.\n');
    if (url.pathname !== '/')
      return fail(response, { code: 0, status: 404, message: `no ${url.pathname} here\n` });
    response.setHeader('X-ClickHouse-Query-Id', url.searchParams.get('query_id') ?? randomUUID());
    response.setHeader('X-ClickHouse-Timezone', 'Etc/UTC');
    await run(engine, requestOf(incoming, url.searchParams), response);
  } catch (error) {
    fail(response, failureOf(error));
  }
}

/** A page in a browser of this machine could send statements to a local port without being allowed to read answers. */
function isFromBrowser(incoming: IncomingMessage): boolean {
  return incoming.headers.origin !== undefined || incoming.headers['sec-fetch-site'] !== undefined;
}

function requestOf(body: IncomingMessage, url: URLSearchParams): Request {
  const settings = [...url].filter(([name]) => !NO_SETTINGS.has(name) && /^(?!param_)\w+$/.test(name));
  return {
    url,
    database: url.get('database') ?? 'default',
    defaultFormat: url.get('default_format') ?? 'TabSeparated',
    settings: Object.fromEntries(settings),
    body,
  };
}

async function run(engine: EmbeddedEngine, request: Request, response: ServerResponse): Promise<void> {
  const inUrl = request.url.get('query');
  const sent = inUrl ?? (await readAll(request.body)).toString();
  const statement = statementOf(sent, request);
  if ('code' in statement) {
    request.body.resume();
    return fail(response, statement);
  }
  const rowsFrom = (dataAt: number) => (inUrl === null ? [Buffer.from(sent.slice(dataAt))] : request.body);
  switch (statement.kind) {
    case 'rows':
      return ok(response, await insertRows(engine, request, statement, rowsFrom(statement.dataAt)));
    case 'input':
      return ok(response, await insertInput(engine, request, statement, rowsFrom(statement.dataAt)));
    case 'insert': {
      const data = inUrl === null ? '' : `\n${(await readAll(request.body)).toString()}`;
      return runWhole(engine, request, statement.sql + data, null, response);
    }
    case 'select':
      if (statement.streams) return stream(engine, request, statement, response);
      return runWhole(engine, request, statement.sql, statement.format, response);
    case 'command':
      return runWhole(engine, request, statement.sql, statement.format, response);
    case 'session':
      return ok(response, NOTHING);
    case 'empty':
      return fail(response, failure(62, 'SYNTAX_ERROR', 'Syntax error: empty query'));
    case 'several':
      return fail(response, failure(62, 'SYNTAX_ERROR', 'Syntax error (Multi-statements are not allowed)'));
  }
}

function statementOf(sent: string, request: Request): Statement | EngineFailure {
  const read = readSql(sent);
  if (read.placeholders.length === 0) {
    return parseStatement(sent, request.settings, read, request.defaultFormat);
  }
  const parameters = new Map(
    [...request.url]
      .filter(([name]) => name.startsWith('param_'))
      .map(([name, value]) => [name.slice('param_'.length), value]),
  );
  const bound = bindParameters(sent, read.placeholders, parameters);
  if ('missing' in bound) {
    return failure(456, 'UNKNOWN_QUERY_PARAMETER', `Substitution \`${bound.missing}\` is not set`);
  }
  return parseStatement(bound.sql, request.settings, readSql(bound.sql), request.defaultFormat);
}

async function insertRows(
  engine: EmbeddedEngine,
  request: Request,
  { table, columns, format, byLine }: Extract<Statement, { kind: 'rows' }>,
  data: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<Counts> {
  let written = NOTHING;
  for await (const values of piecesOf(data, byLine)) {
    const counts = await engine.borrow('insert', request.database, (connection) =>
      connection.insert({ table, columns, format, settings: request.settings, values }),
    );
    written = {
      ...NOTHING,
      writtenRows: written.writtenRows + counts.writtenRows,
      writtenBytes: written.writtenBytes + counts.writtenBytes,
    };
  }
  return written;
}

/** As part of a statement's text, each of its bytes costs the engine more than reading it from a file and storing it. */
async function insertInput(
  engine: EmbeddedEngine,
  request: Request,
  { before, after, structure, format }: Extract<Statement, { kind: 'input' }>,
  data: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<Counts> {
  await using rows = await engine.spool(data);
  const sql = `${before}file(${quoted(rows.path)}, ${quoted(format)}, ${structure})${after}`;
  const result = await engine.borrow('insert', request.database, (connection) =>
    connection.query(sql, 'Null'),
  );
  return result.counts;
}

/** The data in pieces that end with a row; an empty body is one empty piece. */
async function* piecesOf(
  data: AsyncIterable<Buffer> | Iterable<Buffer>,
  byLine: boolean,
): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of data) {
    held.push(chunk);
    bytes += chunk.length;
    if (!byLine) assertFits(bytes);
    const lineEnd = byLine && bytes >= INSERT_PIECE_BYTES ? chunk.lastIndexOf(0x0a) + 1 : 0;
    if (lineEnd === 0) continue;
    held[held.length - 1] = chunk.subarray(0, lineEnd);
    yield Buffer.concat(held);
    held = [chunk.subarray(lineEnd)];
    bytes = chunk.length - lineEnd;
  }
  yield Buffer.concat(held);
}

async function readAll(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    assertFits(bytes);
  }
  return Buffer.concat(chunks);
}

function assertFits(bytes: number): void {
  if (bytes <= MAX_TEXT_BYTES) return;
  throw new Error(
    `Code: 168. DB::Exception: more than ${MAX_TEXT_BYTES} bytes in one piece. (QUERY_IS_TOO_LARGE)`,
  );
}

async function runWhole(
  engine: EmbeddedEngine,
  request: Request,
  sql: string,
  format: string | null,
  response: ServerResponse,
): Promise<void> {
  const result = await engine.borrow('query', request.database, (connection) =>
    connection.query(sql, format ?? request.defaultFormat),
  );
  response.setHeader('X-ClickHouse-Format', format ?? request.defaultFormat);
  ok(response, result.counts, result.bytes);
}

async function stream(
  engine: EmbeddedEngine,
  request: Request,
  statement: Extract<Statement, { kind: 'select' }>,
  response: ServerResponse,
): Promise<void> {
  const format = statement.format ?? request.defaultFormat;
  const tag = randomBytes(8).toString('hex');
  response.setHeader('X-ClickHouse-Format', format);
  response.setHeader('X-ClickHouse-Exception-Tag', tag);
  response.setHeader('Content-Type', contentTypeOf(format));
  await engine.borrow('query', request.database, async (connection) => {
    try {
      for await (const chunk of connection.stream(statement.sql, format)) {
        if (response.closed) return;
        if (!response.write(chunk)) await untilWritable(response);
      }
      response.end();
    } catch (error) {
      if (!response.headersSent) throw error;
      response.end(exceptionBlock(failureOf(error).message, tag));
    }
  });
}

function untilWritable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}

/** How ClickHouse 25.11 and later tell a failure in the middle of an answer; @clickhouse/client looks for it. */
function exceptionBlock(message: string, tag: string): string {
  const text = `${message}\n`;
  return `\r\n__exception__\r\n${tag}\r\n${text}${Buffer.byteLength(text)} ${tag}\r\n__exception__\r\n`;
}

function contentTypeOf(format: string): string {
  if (format.startsWith('JSON')) return 'application/x-ndjson; charset=UTF-8';
  return format === 'RowBinary' ? 'application/octet-stream' : 'text/plain; charset=UTF-8';
}

function ok(response: ServerResponse, counts: Counts, body: string | Uint8Array = ''): void {
  response.setHeader(
    'X-ClickHouse-Summary',
    JSON.stringify({
      read_rows: String(counts.readRows),
      read_bytes: String(counts.readBytes),
      written_rows: String(counts.writtenRows),
      written_bytes: String(counts.writtenBytes),
      total_rows_to_read: '0',
      result_rows: '0',
      result_bytes: String(body.length),
      elapsed_ns: '0',
    }),
  );
  if (!response.hasHeader('Content-Type')) response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
  response.end(body);
}

function fail(response: ServerResponse, { code, status, message }: EngineFailure): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.removeHeader('X-ClickHouse-Exception-Tag');
  response.setHeader('X-ClickHouse-Exception-Code', String(code));
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=UTF-8' }).end(message);
}
