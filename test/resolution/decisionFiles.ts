import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { ledgerExports } from '../../adapters/exports/ledgerExports.ts';
import { readDecisionFile } from '../../adapters/decisions/readDecisionFile.ts';
import type { DecisionFile, DecisionField } from '../../domain/decisionSheet.ts';
import { DECISION_LABELS } from '../../domain/decisionSheet.ts';
import type { Kind } from '../../domain/entry.ts';
import type { Principal } from '../../domain/principal.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import type { ImportOptions, RowResult } from '../../resolution/importDecisions.ts';
import { importDecisions } from '../../resolution/importDecisions.ts';
import { filledIn, readWorkbook, rewritten } from '../workbook.ts';
import { exceptionLines } from './exceptionLines.ts';
import type { CaseSystem } from './resolutionHarness.ts';
import { DATE, OPERATOR } from './resolutionHarness.ts';

type CellText = string | { readonly type: string; readonly xml: string };
export type FilledRow = Partial<Record<DecisionField, CellText>>;

const SHEET = '异常明细';

/** Exceptions as the export gives them, and what a person writes into them. */
export class DecisionFiles {
  readonly #system: CaseSystem;

  constructor(system: CaseSystem) {
    this.#system = system;
  }

  /** Orders of the closed day with such exceptions; the numbers begin with the type. */
  async exceptions(
    ...types: readonly (readonly [type: VerdictCode, kind: Kind, atMs?: number])[]
  ): Promise<readonly string[]> {
    const orders = types.map(([type, kind, occurredAtMs]) => {
      const orderNo = `${type.replaceAll('_', '')}-${this.#system.newOrderNo()}`;
      const more = occurredAtMs === undefined ? {} : { occurredAtMs };
      return { orderNo, lines: exceptionLines({ mode: 'THREE_WAY', type, kind }, orderNo, more) };
    });
    await this.#system.close.writeEvents(orders.flatMap(({ lines }) => lines));
    await this.#system.close.close(DATE);
    return orders.map(({ orderNo }) => orderNo);
  }

  async exported(): Promise<Buffer> {
    const { client } = this.#system.close;
    const file = await ledgerExports(client, () => this.#system.nowMs).open(WHOLE_LEDGER, {
      list: 'exceptions',
      format: 'xlsx',
    });
    return buffer(Readable.from(file.bytes));
  }

  /** @param rows what is written into the rows of an order */
  async filled(rows: Readonly<Record<string, FilledRow>>): Promise<Buffer> {
    const bytes = await this.exported();
    const sheet = (await readWorkbook(bytes)).find(({ name }) => name === SHEET);
    if (!sheet) throw new Error(`the export has no sheet ${SHEET}`);
    const columnOf = (field: DecisionField): string => {
      const label = DECISION_LABELS.get(field);
      const found = [...sheet.cells].find(([place, text]) => /^[A-Z]+1$/.test(place) && text === label)?.[0];
      if (!found) throw new Error(`the export has no column ${label}`);
      return found.slice(0, -1);
    };
    const orders = columnOf('orderNo');
    const cells = new Map<string, CellText>();
    const written = new Set<string>();
    for (const [place, orderNo] of sheet.cells) {
      if (!place.startsWith(orders) || !/^\d+$/.test(place.slice(orders.length))) continue;
      const row = rows[String(orderNo)];
      if (!row) continue;
      written.add(String(orderNo));
      for (const [field, text] of Object.entries(row)) {
        cells.set(`${columnOf(field as DecisionField)}${place.slice(orders.length)}`, text);
      }
    }
    const missing = Object.keys(rows).filter((orderNo) => !written.has(orderNo));
    if (missing.length > 0) throw new Error(`the export has no order ${missing.join(', ')}`);
    return rewritten(bytes, (_, xml) => (xml === sheet.xml ? filledIn(xml, cells) : xml));
  }

  read(bytes: Uint8Array): Promise<DecisionFile> {
    return readDecisionFile(Readable.from([bytes]));
  }

  async import(
    bytes: Uint8Array,
    options: Partial<ImportOptions> & { readonly by?: Principal } = {},
  ): Promise<readonly RowResult[]> {
    const { by = OPERATOR, isDryRun = false } = options;
    return importDecisions(by, await this.read(bytes), { isDryRun }, this.#system.deps);
  }

  /** Everything that is kept of cases and requests: what a dry run may not change. */
  async everythingWritten(): Promise<unknown> {
    const { client, redis } = this.#system.close;
    const answer = await client.query({
      query: `SELECT (SELECT count() FROM exception_actions) AS actions, (SELECT count() FROM entries) AS entries,
        (SELECT count() FROM exceptions) AS exceptions, (SELECT count() FROM verdicts) AS verdicts`,
      format: 'JSONEachRow',
    });
    return { counts: await answer.json(), keys: (await redis.keys('*')).toSorted() };
  }

  async actionRows(): Promise<number> {
    const answer = await this.#system.close.client.query({
      query: 'SELECT count() AS n FROM exception_actions',
      format: 'JSONEachRow',
    });
    const [row] = await answer.json<{ n: string }>();
    return Number(row?.n);
  }
}

/** What came of a row: the state of its action, or the code of its refusal. */
export function said({ outcome }: RowResult): string {
  switch (outcome.state) {
    case 'ACTED':
      return outcome.result.state;
    case 'FORESEEN':
      return outcome.foreseen.state;
    case 'ASSIGNED':
    case 'WOULD_BE_ASSIGNED':
      return outcome.state;
    case 'REFUSED':
      return outcome.error.code;
  }
}

export function saidByOrder(results: readonly RowResult[]): Readonly<Record<string, string>> {
  return Object.fromEntries(results.map((result) => [result.row.cells.orderNo, said(result)]));
}
