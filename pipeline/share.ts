import type { PipelineMembers } from '../domain/joinPorts.ts';

/** A process that is not heard of for so long is taken for dead: its slots are the others'. */
export const MEMBER_STALE_MS = 3_000;

export type ShareParts = {
  readonly slots: number;
  /** null: there is no other process. */
  readonly members: PipelineMembers | null;
  /** This process among them. */
  readonly member: string;
};

/**
 * The slots whose deadlines this process looks at and whose outboxes it empties. Any process may do that for any slot:
 * while the processes come to agree, two may do it for the same one, and write the same rows.
 */
export class Share {
  readonly #parts: ShareParts;
  #members: readonly string[] = [];
  #own: readonly number[];

  constructor(parts: ShareParts) {
    this.#parts = parts;
    this.#own = parts.members === null ? slotsOf(parts.slots, 0, 1) : [];
  }

  get slots(): readonly number[] {
    return this.#own;
  }

  /** @param beforeChange what has to be done before slots that were another's are this process's */
  async look(beforeChange: () => Promise<void>): Promise<void> {
    const { members, member, slots } = this.#parts;
    if (members === null) return;
    const { members: living, isNew } = await members.beat(member);
    // What others found meanwhile in slots that are its own again was not told to it.
    if (isNew) this.#members = [];
    if (living.join() === this.#members.join()) return;
    await beforeChange();
    this.#members = living;
    this.#own = slotsOf(slots, living.indexOf(member), living.length);
  }

  async leave(): Promise<void> {
    await this.#parts.members?.leave(this.#parts.member);
  }
}

function slotsOf(slots: number, rank: number, of: number): readonly number[] {
  return Array.from({ length: slots }, (_, slot) => slot).filter((slot) => slot % of === rank);
}
