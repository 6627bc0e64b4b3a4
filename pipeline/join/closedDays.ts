import type { BusinessDate } from '../../domain/businessDate.ts';
import type { PartitionId, Position } from '../../domain/ports.ts';

/**
 * Which days are closed, and what had been read when they first were. An event of a closed day is late only when it
 * stands behind that position: a replay of the log must treat an event as it was treated the first time.
 */
export class ClosedDays {
  readonly #positions = new Map<string, Readonly<Record<PartitionId, Position>>>();

  /** Takes the first publication of a (merchant, date); later ones of the same day change nothing. */
  add(merchantId: string, date: BusinessDate, positions: Readonly<Record<PartitionId, Position>>): void {
    const key = `${merchantId} ${date}`;
    if (!this.#positions.has(key)) this.#positions.set(key, positions);
  }

  isLate(merchantId: string, date: BusinessDate, partition: PartitionId, position: Position): boolean {
    const closedAt = this.#positions.get(`${merchantId} ${date}`);
    return position >= (closedAt?.[partition] ?? Number.POSITIVE_INFINITY);
  }
}
