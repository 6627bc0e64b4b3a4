import type { Static } from 'typebox';
import { Type } from 'typebox';
import { CHANNELS, KINDS } from '../../domain/entry.ts';
import type { Channel, Kind } from '../../domain/entry.ts';
import type {
  BookMapping,
  ChannelRule,
  FileMapping,
  KindRule,
  MerchantBooks,
  Names,
  Other,
  TextColumn,
} from '../bills/mapped/bookMapping.ts';
import { FILE_FORMATS, TEXT_COLUMNS } from '../bills/mapped/bookMapping.ts';
import { DEFAULT_PATTERN, timeReaderOf } from '../bills/mapped/timePattern.ts';

const oneOf = <T extends string>(values: readonly T[]) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values] });
const Word = Type.String({ minLength: 1 });
/** What stands in cells; codes are often numbers. */
const CellWord = Type.Union([Word, Type.Number()]);
const Words = Type.Union([CellWord, Type.Array(CellWord, { minItems: 1 })]);
const Column = Type.Union([Word, Type.Array(Word, { minItems: 1 })]);
const strict = { additionalProperties: false } as const;

const FileSchema = Type.Object(
  {
    format: Type.Optional(oneOf(FILE_FORMATS)),
    sheet: Type.Optional(Word),
    delimiter: Type.Optional(Type.String({ minLength: 1, maxLength: 1 })),
    records: Type.Optional(Word),
    title: Type.Optional(Word),
    ignore: Type.Optional(Words),
    checkTotals: Type.Optional(Type.Boolean()),
    mayBeMissing: Type.Optional(Type.Boolean()),
    orderNo: Column,
    refundNo: Type.Optional(Column),
    channelTxnNo: Type.Optional(Column),
    hisOrderNo: Type.Optional(Column),
    businessType: Type.Optional(Column),
    amount: Type.Object(
      {
        column: Column,
        unit: oneOf(['yuan', 'fen']),
        channelPaid: Type.Optional(Type.Boolean()),
        refundsAreNegative: Type.Optional(Type.Boolean()),
      },
      strict,
    ),
    time: Type.Object({ column: Column, pattern: Type.Optional(Word) }, strict),
    kind: Type.Union([
      oneOf([...KINDS, 'SIGN'] as const),
      Type.Object(
        { column: Column, PAYMENT: Words, REFUND: Type.Optional(Words), other: Type.Optional(Words) },
        strict,
      ),
    ]),
    channel: Type.Optional(
      Type.Union([
        oneOf(CHANNELS),
        Type.Object(
          {
            column: Column,
            WECHAT: Type.Optional(Words),
            ALIPAY: Type.Optional(Words),
            UNIONPAY: Type.Optional(Words),
            other: Type.Optional(Words),
          },
          strict,
        ),
      ]),
    ),
  },
  strict,
);

const BookSchema = Type.Union([FileSchema, Type.Array(FileSchema, { minItems: 1, maxItems: 4 })]);

/** `books` of a merchant: how its own files name what we need. */
export const BooksSchema = Type.Object(
  { merchant: Type.Optional(BookSchema), platform: Type.Optional(BookSchema) },
  { ...strict, minProperties: 1 },
);

type RawFile = Static<typeof FileSchema>;

/** @param fail makes the error of what is wrong with one place, given by its steps below `books` */
export function booksOf(
  merchantId: string,
  raw: Static<typeof BooksSchema>,
  fail: (steps: readonly string[], message: string) => Error,
): MerchantBooks {
  const bookOf = (name: 'merchant' | 'platform'): BookMapping | null => {
    const said = raw[name];
    if (said === undefined) return null;
    const files = Array.isArray(said) ? said : [said];
    const stepsOf = (index: number) => (Array.isArray(said) ? [name, String(index)] : [name]);
    return {
      where: { en: `books.${name} of ${merchantId}`, zh: `${merchantId} 的 books.${name}` },
      files: files.map((file, index) =>
        fileOf(file, (steps, message) => fail([...stepsOf(index), ...steps], message)),
      ),
    };
  };
  const [merchant, platform] = [bookOf('merchant'), bookOf('platform')];
  return { ...(merchant && { MERCHANT: merchant }), ...(platform && { PLATFORM: platform }) };
}

function fileOf(raw: RawFile, fail: (steps: readonly string[], message: string) => Error): FileMapping {
  const pattern = raw.time.pattern ?? DEFAULT_PATTERN;
  if (timeReaderOf(pattern) === null) {
    throw fail(
      ['time', 'pattern'],
      'must say yyyy, MM, dd, HH and mm once each, such as yyyy/M/d H:mm, or be excel, epochSeconds or epochMillis',
    );
  }
  const text: Partial<Record<TextColumn, Names>> = {};
  for (const column of TEXT_COLUMNS) text[column] = namesOf(raw[column]);
  return {
    format: raw.format ?? null,
    sheet: raw.sheet ?? null,
    delimiter: raw.delimiter ?? null,
    records: raw.records ?? null,
    title: raw.title ?? null,
    ignore: namesOf(raw.ignore),
    checkTotals: raw.checkTotals ?? true,
    mayBeMissing: raw.mayBeMissing ?? false,
    text: { ...NO_TEXT, ...text },
    amount: {
      names: namesOf(raw.amount.column),
      unit: raw.amount.unit === 'yuan' ? 'YUAN' : 'FEN',
      isChannelPaid: raw.amount.channelPaid ?? false,
      refundsAreNegative: raw.amount.refundsAreNegative ?? false,
    },
    time: { names: namesOf(raw.time.column), pattern },
    kind: kindOf(raw.kind, fail),
    channel: channelOf(raw.channel, fail),
  };
}

const NO_TEXT: Readonly<Record<TextColumn, Names>> = {
  orderNo: [],
  refundNo: [],
  channelTxnNo: [],
  hisOrderNo: [],
  businessType: [],
};

function namesOf(said: string | number | readonly (string | number)[] | undefined): Names {
  if (said === undefined) return [];
  return typeof said === 'object' ? said.map(String) : [String(said)];
}

type Fail = (steps: readonly string[], message: string) => Error;

function kindOf(said: RawFile['kind'], fail: Fail): KindRule {
  if (said === 'SIGN') return { by: 'SIGN' };
  if (typeof said === 'string') return { by: 'FIXED', kind: said };
  const meanings: readonly (readonly [Kind | Other, Names])[] = [
    ['PAYMENT', namesOf(said.PAYMENT)],
    ['REFUND', namesOf(said.REFUND)],
    ['OTHER', namesOf(said.other)],
  ];
  return {
    by: 'COLUMN',
    names: namesOf(said.column),
    values: wordsOf(meanings, (word) => fail(['kind'], twice(word))),
  };
}

function channelOf(said: RawFile['channel'], fail: Fail): ChannelRule {
  if (said === undefined) return { by: 'NONE' };
  if (typeof said === 'string') return { by: 'FIXED', channel: said };
  const meanings: readonly (readonly [Channel | Other, Names])[] = [
    ...CHANNELS.map((channel) => [channel, namesOf(said[channel])] as const),
    ['OTHER', namesOf(said.other)],
  ];
  const values = wordsOf(meanings, (word) => fail(['channel'], twice(word)));
  return { by: 'COLUMN', names: namesOf(said.column), values };
}

function wordsOf<T>(
  meanings: readonly (readonly [T, Names])[],
  fail: (word: string) => Error,
): ReadonlyMap<string, T> {
  const values = new Map<string, T>();
  for (const [meaning, words] of meanings) {
    for (const word of words) {
      if (values.has(word)) throw fail(word);
      values.set(word, meaning);
    }
  }
  return values;
}

function twice(word: string): string {
  return `"${word}" has two meanings`;
}
