import type { BusinessDate } from '../../domain/businessDate.ts';
import type { PartitionId, Position } from '../../domain/ports.ts';

/**
 * Which days are closed, and what had been read when they first were. An event of a closed day is late only when it
 * stands behind that position: a replay of the log must treat an event as it was treated the first time.
 */
export class ClosedDays {
  readonly #positions = new Map<string, Map<BusinessDate, Readonly<Record<PartitionId, Position>>>>();

  /** Takes the first publication of a (merchant, date); later ones of the same day change nothing. */
  add(merchantId: string, date: BusinessDate, positions: Readonly<Record<PartitionId, Position>>): void {
    const dates = this.#positions.get(merchantId) ?? new Map<BusinessDate, typeof positions>();
    if (!dates.has(date)) dates.set(date, positions);
    this.#positions.set(merchantId, dates);
  }

  /** How many there are: it grows with each. */
  get size(): number {
    return this.#positions.values().reduce((sum, dates) => sum + dates.size, 0);
  }

  isClosed(merchantId: string, date: BusinessDate): boolean {
    return this.#positions.get(merchantId)?.has(date) ?? false;
  }

  /** Asked for every event. */
  isLate(merchantId: string, date: BusinessDate, partition: PartitionId, position: Position): boolean {
    const closedAt = this.#positions.get(merchantId)?.get(date)?.[partition];
    return closedAt !== undefined && position >= closedAt;
  }
}
