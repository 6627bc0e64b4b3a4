import type { Principal } from './principal.ts';

/**
 * The hospitals whose rows a query may see. It is made of whoever asks, a person or a machine, and of nothing else: the
 * queries of the API cannot be called without one, and adapters/clickhouse/scopeSql.ts makes it their condition.
 */
export class Scope {
  readonly #merchants: ReadonlySet<string> | null;

  private constructor(merchants: ReadonlySet<string> | null) {
    this.#merchants = merchants;
  }

  static of({ merchants }: Pick<Principal, 'merchants'>): Scope {
    return new Scope(merchants);
  }

  /** null: every hospital. */
  get merchants(): ReadonlySet<string> | null {
    return this.#merchants;
  }

  reaches(merchantId: string): boolean {
    return this.#merchants === null || this.#merchants.has(merchantId);
  }
}

/** Of commands and tests on the system's own machine, which hold the ledger itself. Nothing that serves others uses it. */
export const WHOLE_LEDGER = Scope.of({ merchants: null });
