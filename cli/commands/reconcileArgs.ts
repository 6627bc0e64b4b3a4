import { extname } from 'node:path';
import { parseArgs } from 'node:util';
import { dayOfDate } from '../../domain/businessDate.ts';
import type { Book } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Mode } from '../../domain/verdict.ts';

export type ReconcileRequest = {
  readonly mode: Mode;
  readonly files: readonly { readonly book: Book; readonly path: string }[];
  /** Merchant whose files they are; null: not said. */
  readonly hospital: string | null;
  readonly date: string | null;
  readonly out: { readonly path: string; readonly format: OutFormat } | null;
  readonly json: boolean;
};

const OUT_FORMATS = { '.xlsx': 'XLSX', '.csv': 'CSV', '.json': 'JSON' } as const;
export type OutFormat = (typeof OUT_FORMATS)[keyof typeof OUT_FORMATS];

const BOOK_OF_OPTION: Readonly<Record<string, Book>> = {
  merchant: 'MERCHANT',
  platform: 'PLATFORM',
  channel: 'CHANNEL',
};

/** Reads `--merchant a.csv b.csv --platform …`: what follows a book's option belongs to it, up to the next option. */
export function readReconcileArgs(args: readonly string[]): ReconcileRequest {
  const { tokens, values } = parse(args);
  const files: { book: Book; path: string }[] = [];
  let book: Book | undefined;
  for (const token of tokens) {
    if (token.kind === 'option') {
      book = BOOK_OF_OPTION[token.name];
      if (book && token.value !== undefined) files.push({ book, path: token.value });
    } else if (token.kind === 'positional') {
      if (!book) {
        throw badUsage(
          `"${token.value}" stands behind no book; write it behind --merchant, --platform or --channel`,
        );
      }
      files.push({ book, path: token.value });
    }
  }
  if (values.date !== undefined) dayOfDate(values.date);
  return {
    mode: modeOf(new Set(files.map((file) => file.book))),
    files,
    hospital: values.hospital ?? null,
    date: values.date ?? null,
    out: values.out === undefined ? null : { path: values.out, format: outFormatOf(values.out) },
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        merchant: { type: 'string', multiple: true },
        platform: { type: 'string', multiple: true },
        channel: { type: 'string', multiple: true },
        hospital: { type: 'string' },
        date: { type: 'string' },
        out: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      allowPositionals: true,
      tokens: true,
    });
  } catch (error) {
    throw badUsage(error instanceof Error ? error.message : String(error));
  }
}

function modeOf(books: ReadonlySet<Book>): Mode {
  if (books.has('PLATFORM') && books.has('CHANNEL')) return books.has('MERCHANT') ? 'THREE_WAY' : 'TWO_WAY';
  if (books.has('PLATFORM') && books.has('MERCHANT')) return 'REALTIME';
  throw badUsage('give --platform and at least one of --merchant and --channel');
}

function outFormatOf(path: string): OutFormat {
  const known = Object.entries(OUT_FORMATS).find(([ending]) => ending === extname(path).toLowerCase());
  if (!known) throw badUsage(`--out ${path}: its name must end in .xlsx, .csv or .json`);
  return known[1];
}

function badUsage(message: string): DuizhangError {
  return new DuizhangError('DZ_USAGE', `${message} (see ./duizhang reconcile --help)`);
}
