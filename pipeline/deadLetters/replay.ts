import type { DeadLetterStore, LetterPlace, StoredLetter } from '../../domain/deadLetters.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Scope } from '../../domain/scope.ts';
import type { EventProducer, PartitionId } from '../../domain/ports.ts';
import { TOPICS } from '../../domain/ports.ts';

export type ReplayDeps = {
  readonly letters: DeadLetterStore;
  readonly producer: EventProducer;
  readonly now: () => number;
};

const LETTERS_A_PAGE = 1_000;

/** Puts one letter's bytes into the log again. @throws DZ_DEAD_LETTER_UNKNOWN, DZ_DEAD_LETTER_REPLAYED, DZ_LOG_FULL */
export async function replayOne(scope: Scope, place: LetterPlace, deps: ReplayDeps): Promise<void> {
  const letter = await deps.letters.letterAt(scope, place);
  const at = `${place.partition} ${place.position}`;
  if (!letter) throw new DuizhangError('DZ_DEAD_LETTER_UNKNOWN', `there is no dead letter at ${at}`);
  if (letter.replayedAtMs !== null) {
    const when = new Date(letter.replayedAtMs).toISOString();
    throw new DuizhangError('DZ_DEAD_LETTER_REPLAYED', `${at} was replayed at ${when} already`);
  }
  await replay([letter], deps);
}

/**
 * All that were not replayed yet, up to each partition's last letter of now: what fails again comes behind it and is not
 * replayed for ever.
 * @returns how many
 */
export async function replayAll(deps: ReplayDeps): Promise<number> {
  let replayed = 0;
  for (const { partition, position: last } of await deps.letters.lastPlaces()) {
    for (let after = -1, page = LETTERS_A_PAGE; page === LETTERS_A_PAGE;) {
      const letters = await deps.letters.openLetters({ partition, after, last }, LETTERS_A_PAGE);
      await replay(letters, deps);
      page = letters.length;
      replayed += page;
      after = letters.at(-1)?.position ?? after;
    }
  }
  return replayed;
}

/** First into the log, then marked: a crash in between replays them twice, which changes nothing. */
async function replay(letters: readonly StoredLetter[], { letters: store, producer, now }: ReplayDeps) {
  if (letters.length === 0) return;
  await producer.append(
    letters.map(({ partition, value }) => ({ ...partitionOf(partition), key: '', value })),
  );
  await store.markReplayed(letters, now());
}

/** A letter goes back into the partition that it came from. */
function partitionOf(id: PartitionId): { topic: (typeof TOPICS)[number]; partition: number } {
  const [name, number] = id.split('/');
  const topic = TOPICS.find((each) => each === name);
  if (topic) return { topic, partition: Number(number) };
  throw new DuizhangError('DZ_DEAD_LETTER_UNKNOWN', `the partition ${id} is of no topic of this log`);
}
