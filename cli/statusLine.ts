/** The parts of a terminal's or a file's stream that a status needs. */
export type StatusStream = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
};

/** Where output is no terminal, a status is worth a line of its own only so often. */
const PLAIN_EVERY_MS = 5_000;
const CLEAR = '\r\u001b[K';

/** One line that is written over again and again; what else is said goes above it. */
export class StatusLine {
  readonly #stream: StatusStream;
  readonly #now: () => number;
  #shown = '';
  #plainAtMs = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds that never go back */
  constructor(stream: StatusStream, now: () => number) {
    this.#stream = stream;
    this.#now = now;
  }

  show(text: string): void {
    if (this.#stream.isTTY) {
      // A line that wraps could not be written over.
      this.#shown = text.slice(0, (this.#stream.columns ?? 80) - 1);
      this.#stream.write(`${CLEAR}${this.#shown}`);
    } else if (this.#now() >= this.#plainAtMs + PLAIN_EVERY_MS) {
      this.#plainAtMs = this.#now();
      this.#stream.write(`${text}\n`);
    }
  }

  say(text: string): void {
    if (this.#shown === '') this.#stream.write(`${text}\n`);
    else this.#stream.write(`${CLEAR}${text}\n${this.#shown}`);
  }

  /** Takes the status away; the next `show` begins a new one. */
  clear(): void {
    if (this.#shown !== '') this.#stream.write(CLEAR);
    this.#shown = '';
    this.#plainAtMs = Number.NEGATIVE_INFINITY;
  }
}
