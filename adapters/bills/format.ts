import type { Channel } from '../../domain/entry.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { FooterCheck } from '../../domain/ports.ts';
import type { Words } from '../../domain/words.ts';
import type { ByteText, TextEncoding } from './byteText.ts';
import type { Cells } from './cells.ts';
import type { ColumnAliases } from './columns.ts';
import type { RowSink } from './rowSink.ts';

export type { FooterCheck };

/** How a part of a bill (the file itself, or one file of its archive) begins. */
export type Opening = {
  /** Its first line that is not blank, decoded. */
  readonly text: string;
  /** The same line, one character a byte. */
  readonly bytes: ByteText;
  readonly encoding: TextEncoding;
  /** Name inside the archive; null for a plain or gzip file. Formats are never told apart by it. */
  readonly partName: string | null;
};

/** DETAIL holds rows; SUMMARY is read for its totals only; ADJUSTMENTS holds rows that are counted, not reconciled. */
export type PartRole = 'DETAIL' | 'SUMMARY' | 'ADJUSTMENTS';

/** What a bill says of itself beyond its rows. */
export type BillFacts = {
  readonly billType: string;
  /** The day the bill names; null where it names none. */
  readonly statedDate: BusinessDate | null;
  readonly merchantNo: string | null;
  readonly footer: FooterCheck;
  /** See BillReport; false where it is not said. */
  readonly accountOnly?: boolean;
};

/** Reads one bill, part after part, line by line. Refuses the bill by throwing; row errors go to the sink. */
export interface BillParser {
  beginPart(opening: Opening, role: PartRole): void;
  /** One line: `text` from `start` to `end`, without its line end. `lineNo` is 1-based. Blank lines are not passed. */
  line(text: ByteText, start: number, end: number, lineNo: number): void;
  /** @param isCut the part ends inside a line: it lacks its last line end */
  endPart(isCut: boolean): void;
  /** @param emptyParts names of parts of 0 bytes */
  finish(emptyParts: readonly string[]): BillFacts;
}

/** How a format's rows are told apart into named cells, for people who ask about one line. */
export type RowLayout =
  | {
      readonly kind: 'HEADER';
      readonly aliases: ColumnAliases<string>;
      /** The names of a header line; null: it is another line before the rows. */
      namesOf(line: string): readonly string[] | null;
      /** @returns false when the line is no row */
      split(cells: Cells, text: ByteText, start: number, end: number): boolean;
    }
  | {
      readonly kind: 'FIXED';
      readonly fields: Readonly<
        Record<string, { readonly name: string; readonly start: number; readonly end: number }>
      >;
    };

/** A bill format: everything that is known of it is in its own file under formats/. */
export type BillFormat = {
  readonly name: string;
  /** As people call it. */
  readonly title: Words;
  /** Raised with every change of what its rows come to mean: kept bills can then be read anew. */
  readonly version: number;
  /** The channel whose bill this is; null: any book may use it. */
  readonly channel: Channel | null;
  /** What its first line looks like, for the message that refuses an unknown file. */
  readonly looksLike: string | Words;
  recognise(opening: Opening): PartRole | null;
  /** Absent where a file has no rows. */
  readonly layout?: RowLayout;
  /** For formats without a header: whether a part of 0 bytes with this name is a bill of a day without trade. */
  isEmptyPart?(partName: string): boolean;
  open(sink: RowSink): BillParser;
};
