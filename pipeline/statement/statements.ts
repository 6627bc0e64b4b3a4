import { DuizhangError } from '../../domain/errors.ts';
import type { ExportFile } from '../../domain/exports.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Statement, StatementFormat, StatementLedger, Statements } from '../../domain/statement.ts';
import { buildStatement } from './buildStatement.ts';

export type StatementDeps = {
  readonly merchants: ReadonlyMap<string, Merchant>;
  readonly ledger: StatementLedger;
  readonly render: (statement: Statement, format: StatementFormat) => ExportFile;
  /** Epoch milliseconds. */
  readonly now: () => number;
};

export function statements({ merchants, ledger, render, now }: StatementDeps): Statements {
  return {
    async open({ merchantId, span, format }) {
      const merchant = merchants.get(merchantId);
      if (!merchant) {
        throw new DuizhangError(
          'DZ_UNKNOWN_MERCHANT',
          `there is no merchant ${merchantId} in the configuration that this system was started with`,
        );
      }
      return render(await buildStatement(merchant, span, ledger, now()), format);
    },
  };
}
