import type { ClickHouseClient } from '@clickhouse/client';
import { FILL_IN_COLUMNS } from '../../domain/decisionSheet.ts';
import type { ExportFile, ExportRequest, LedgerExports } from '../../domain/exports.ts';
import { CONTENT_TYPES, EXPORT_COLUMNS } from '../../domain/exports.ts';
import { EXPORT_LABELS } from '../../domain/labels.ts';
import type { ExportRow } from '../clickhouse/exportRows.ts';
import { exportRows } from '../clickhouse/exportRows.ts';
import { asked } from '../clickhouse/ledgerQueries.ts';
import { csvOf } from '../files/csv.ts';
import { jsonLinesOf } from '../files/jsonLines.ts';
import type { Row, StreamedSheet } from '../files/sheet.ts';
import { xlsxOf } from '../files/xlsx.ts';
import { cellsOf, headerOf, jsonOf, widthsOf } from './cells.ts';
import { ExportSummary } from './summary.ts';

type Batches = AsyncIterable<readonly ExportRow[]>;

/**
 * Lists of the ledger as files, row by row from the query to the last byte.
 * @param client one that waits long enough: its answers come as slowly as they are taken
 */
export function ledgerExports(client: ClickHouseClient, now: () => number): LedgerExports {
  return {
    async open(scope, request) {
      const batches = await begun(exportRows(client, scope, request));
      return {
        fileName: fileNameOf(request),
        contentType: CONTENT_TYPES[request.format],
        bytes: bytesOf(request, batches, now),
      };
    },
  };
}

/** With its first batch fetched: a query that fails is refused before a byte is sent. */
async function begun(batches: AsyncGenerator<readonly ExportRow[]>): Promise<Batches> {
  const first = await asked(batches.next());
  async function* all(): AsyncGenerator<readonly ExportRow[]> {
    try {
      if (first.done) return;
      yield first.value;
      yield* batches;
    } finally {
      await batches.return(undefined);
    }
  }
  return all();
}

function bytesOf(request: ExportRequest, batches: Batches, now: () => number): ExportFile['bytes'] {
  const columns = EXPORT_COLUMNS[request.list];
  switch (request.format) {
    case 'jsonl':
      return jsonLinesOf(mapped(batches, (row) => jsonOf(columns, row)));
    case 'csv':
      return csvOf(
        sheetOf(
          request,
          mapped(batches, (row) => cellsOf(columns, row)),
        ),
      );
    case 'xlsx': {
      const summary = new ExportSummary(request);
      const rows = mapped(batches, (row) => {
        summary.add(row);
        return cellsOf(columns, row);
      });
      return xlsxOf([sheetOf(request, rows)], { summary: () => summary.sheet(now()) });
    }
  }
}

function sheetOf({ list }: ExportRequest, batches: AsyncIterable<readonly Row[]>): StreamedSheet {
  const columns = EXPORT_COLUMNS[list];
  return {
    name: EXPORT_LABELS[list],
    header: headerOf(columns),
    widths: widthsOf(columns),
    batches,
    ...(list === 'exceptions' ? { toFillIn: Object.values(FILL_IN_COLUMNS) } : {}),
  };
}

async function* mapped<T>(batches: Batches, of: (row: ExportRow) => T): AsyncGenerator<readonly T[]> {
  for await (const batch of batches) yield batch.map(of);
}

function fileNameOf({ list, format, merchantId, from, to, runId }: ExportRequest): string {
  const dates = from === to ? from : [from, to].filter((date) => date !== undefined).join('_');
  const parts = [list, merchantId, dates, runId].filter((part) => part !== undefined && part !== '');
  return `${parts.join('-').replaceAll(/[^\w.-]/g, '_')}.${format}`;
}
