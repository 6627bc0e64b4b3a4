import type { ExportFile } from '../../domain/exports.ts';
import { CONTENT_TYPES } from '../../domain/exports.ts';
import type { Statement, StatementFormat } from '../../domain/statement.ts';
import { streamed } from '../files/sheet.ts';
import { xlsxOf } from '../files/xlsx.ts';
import { statementPage } from './page.ts';
import { sectionsOf } from './sections.ts';

export function renderStatement(statement: Statement, format: StatementFormat): ExportFile {
  const { merchantId, span } = statement;
  const name = `statement-${merchantId}-${span.kind === 'DAY' ? span.date : span.month}`;
  const fileName = `${name.replaceAll(/[^\w.-]/g, '_')}.${format}`;
  switch (format) {
    case 'xlsx':
      return {
        fileName,
        contentType: CONTENT_TYPES.xlsx,
        bytes: xlsxOf(sectionsOf(statement).map(streamed)),
      };
    case 'html':
      return { fileName, contentType: CONTENT_TYPES.html, bytes: pieces(statementPage(statement)) };
  }
}

async function* pieces(texts: Iterable<string>): AsyncGenerator<string> {
  yield* texts;
}
