import { DuizhangError } from '../../domain/errors.ts';
import type { ExportFile } from '../../domain/exports.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Statement, StatementFormat, StatementLedger, Statements } from '../../domain/statement.ts';
import { buildStatement } from './buildStatement.ts';

export type StatementDeps = {
  readonly merchants: ReadonlyMap<string, Merchant>;
  readonly ledgerOf: (scope: Scope) => StatementLedger;
  readonly render: (statement: Statement, format: StatementFormat) => ExportFile;
  /** Epoch milliseconds. */
  readonly now: () => number;
};

export function statements({ merchants, ledgerOf, render, now }: StatementDeps): Statements {
  return {
    async open(scope, { merchantId, span, format }) {
      const merchant = scope.reaches(merchantId) ? merchants.get(merchantId) : undefined;
      if (!merchant) {
        throw new DuizhangError(
          'DZ_UNKNOWN_MERCHANT',
          `there is no merchant ${merchantId} among those that you may reach`,
        );
      }
      return render(await buildStatement(merchant, span, ledgerOf(scope), now()), format);
    },
  };
}
