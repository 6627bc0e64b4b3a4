/**
 * Runs a wait for something that others who want a turn may have to do first; meanwhile the task's turn is theirs. Waits of
 * one task that overlap give it up once.
 */
export type Aside = <T>(wait: () => Promise<T>) => Promise<T>;

/** Lets at most so many tasks run at once; the others wait in the order in which they came. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  async take<T>(task: (aside: Aside) => Promise<T>): Promise<T> {
    await this.#begin();
    try {
      return await task(this.#asideOfTask());
    } finally {
      this.#end();
    }
  }

  #asideOfTask(): Aside {
    let waits = 0;
    return async (wait) => {
      waits += 1;
      if (waits === 1) this.#end();
      try {
        return await wait();
      } finally {
        waits -= 1;
        if (waits === 0) await this.#begin();
      }
    };
  }

  async #begin(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #end(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
