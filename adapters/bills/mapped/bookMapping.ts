import type { Channel, Kind } from '../../../domain/entry.ts';
import type { Words } from '../../../domain/words.ts';

/** What a column of a hospital's own file is called; of several names the first one that the header has is taken. */
export type Names = readonly string[];

/** Rows that are no payment and no refund through a channel (cash, void receipts): counted, not reconciled. */
export type Other = 'OTHER';

export type KindRule =
  | { readonly by: 'FIXED'; readonly kind: Kind }
  /** A negative amount is a refund. */
  | { readonly by: 'SIGN' }
  | { readonly by: 'COLUMN'; readonly names: Names; readonly values: ReadonlyMap<string, Kind | Other> };

export type ChannelRule =
  /** As the caller says, if anything. */
  | { readonly by: 'NONE' }
  | { readonly by: 'FIXED'; readonly channel: Channel }
  | {
      readonly by: 'COLUMN';
      readonly names: Names;
      readonly values: ReadonlyMap<string, Channel | Other>;
    };

export const TEXT_COLUMNS = ['orderNo', 'refundNo', 'channelTxnNo', 'hisOrderNo', 'businessType'] as const;
export type TextColumn = (typeof TEXT_COLUMNS)[number];

export const FILE_FORMATS = ['csv', 'xlsx', 'json'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** How one kind of file of a book is read. */
export type FileMapping = {
  /** null: whichever of the three the bytes are. */
  readonly format: FileFormat | null;
  /** Of a workbook; null: every sheet whose header fits. */
  readonly sheet: string | null;
  /** Of a CSV: one character; null: the one at which the header falls into its columns. */
  readonly delimiter: string | null;
  /** Of a JSON object: the path of its array (`data.list`); null: the file is the array, or objects one behind the other. */
  readonly records: string | null;
  /** A text above the header, or in the sheet's name, that tells this kind of file from another with the same columns. */
  readonly title: string | null;
  /** First words of rows that are no lines, beside the total lines that are known without it. */
  readonly ignore: Names;
  readonly text: Readonly<Record<TextColumn, Names>>;
  readonly amount: {
    readonly names: Names;
    readonly unit: 'YUAN' | 'FEN';
    /** The configuration states that the column is what was paid through the channel, whatever its name. */
    readonly isChannelPaid: boolean;
    readonly refundsAreNegative: boolean;
  };
  readonly time: { readonly names: Names; readonly pattern: string };
  readonly kind: KindRule;
  readonly channel: ChannelRule;
  /** Total lines at the end are held against the rows. */
  readonly checkTotals: boolean;
  /** There are days without this file. */
  readonly mayBeMissing: boolean;
};

/** A book of one hospital: one kind of file, or one for payments and one for refunds. */
export type BookMapping = {
  /** Where it stands in the configuration; messages name it. */
  readonly where: Words;
  readonly files: readonly FileMapping[];
};

/** The mappings of one hospital. */
export type MerchantBooks = Readonly<Partial<Record<'MERCHANT' | 'PLATFORM', BookMapping>>>;
