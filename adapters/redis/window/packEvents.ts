import type { WindowEvent } from '../../../domain/joinPorts.ts';

const ARRAY_32 = 0xdd;
const STRING_16 = 0xda;
const STRINGS_AN_EVENT = 4;
const FIRST_BYTES = 64 * 1024;
/** The most bytes that a UTF-16 code unit becomes in UTF-8. */
const BYTES_A_UNIT = 3;

/**
 * Events as one MessagePack array of strings, four each (see apply.lua). One argument instead of thousands: what it
 * costs to build, to send and to take apart, Node and Redis are spared by far more.
 */
export function packEvents(events: readonly WindowEvent[]): Buffer {
  const pack = new StringArray(events.length * STRINGS_AN_EVENT);
  for (const { orderKey, line, keyHash, payHash, late, dueSecond } of events) {
    pack.add(orderKey);
    pack.add(line);
    pack.add(payHash === '' ? keyHash : `${keyHash} ${payHash}`);
    pack.add(late ? '' : String(dueSecond));
  }
  return pack.bytes();
}

class StringArray {
  #buffer: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #at = 5;

  constructor(length: number) {
    this.#buffer[0] = ARRAY_32;
    this.#buffer.writeUInt32BE(length, 1);
  }

  /** @param text shorter than 64 KiB in UTF-8; ids and lines are far shorter */
  add(text: string): void {
    const end = this.#at + 3 + text.length * BYTES_A_UNIT;
    if (end > this.#buffer.length) this.#grow(end);
    const written = this.#buffer.write(text, this.#at + 3);
    this.#buffer[this.#at] = STRING_16;
    this.#buffer.writeUInt16BE(written, this.#at + 1);
    this.#at += 3 + written;
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}
