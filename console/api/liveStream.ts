export type LiveEvent = { readonly id: string; readonly topic: string; readonly data: unknown };

/**
 * CONNECTING: for the first time. LOST: it was there, or could not be had. FULL: somebody follows in more pages than the server
 * takes of one person, and nothing is broken. Of both it is tried again by itself.
 */
export type LiveState =
  | { readonly status: 'OFF' | 'CONNECTING' | 'LIVE' }
  | { readonly status: 'LOST' | 'FULL'; readonly sinceMs: number };

/** ENDED: by the server, after a while, as it does each hour and with the token. CUT: otherwise. */
type Followed = 'ENDED' | 'CUT' | 'REFUSED' | 'FULL';

export type LiveDeps = {
  /** A GET of the stream, behind the event that was seen last. */
  readonly open: (lastEventId: string | null, signal: AbortSignal) => Promise<Response>;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** @returns a function that takes it back */
  readonly after: (ms: number, task: () => void) => () => void;
  readonly now: () => number;
  readonly random: () => number;
};

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A stream that ends sooner does not end by the server's rules. */
const SHORTEST_MS = 10_000;
const TOO_MANY = 429;
/** The server says something every 15 s: silence for longer is a line that is cut without a word. */
const SILENT_MS = 40_000;

/**
 * Changes as they happen (GET /api/v1/stream). EventSource cannot send a bearer token, so the stream is read by fetch.
 * It goes on behind the last event (Last-Event-ID) and waits longer after each failure.
 */
export class LiveStream {
  readonly #deps: LiveDeps;
  readonly #stateListeners = new Set<() => void>();
  readonly #listeners = new Set<(event: LiveEvent) => void>();
  #state: LiveState = { status: 'OFF' };
  #lastEventId: string | null = null;
  /** Since it was started. */
  #wasLive = false;
  #running: AbortController | null = null;
  #following: AbortController | null = null;

  constructor(deps: LiveDeps) {
    this.#deps = deps;
  }

  readonly state = (): LiveState => this.#state;
  readonly subscribeState = (listener: () => void): (() => void) => {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  };
  readonly subscribe = (listener: (event: LiveEvent) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    this.stop();
    this.#running = new AbortController();
    this.#lastEventId = null;
    this.#wasLive = false;
    this.#say({ status: 'CONNECTING' });
    void this.#run(this.#running.signal);
  }

  stop(): void {
    this.#running?.abort();
    this.#running = null;
    this.#say({ status: 'OFF' });
  }

  /** The network has gone, or is another: the stream that stands may be dead without a word. */
  drop(): void {
    this.#following?.abort();
  }

  async #run(signal: AbortSignal): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      const followed = await this.#follow(signal);
      if (signal.aborted) return;
      if (followed !== 'ENDED') this.#sayLost(followed === 'FULL' ? 'FULL' : 'LOST');
      const wasLive = followed === 'ENDED' || followed === 'CUT';
      pauseMs = wasLive ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      await this.#deps.pause(pauseMs * (0.5 + this.#deps.random()), signal);
    }
  }

  async #follow(signal: AbortSignal): Promise<Followed> {
    const silence = new AbortController();
    this.#following = silence;
    const either = AbortSignal.any([signal, silence.signal]);
    const listen = (): (() => void) => this.#deps.after(SILENT_MS, () => silence.abort());
    let stopListening = listen();
    let sinceMs: number | null = null;
    try {
      const answer = await this.#deps.open(this.#lastEventId, either);
      if (answer.status === TOO_MANY) return 'FULL';
      if (!answer.ok || !answer.body) return 'REFUSED';
      const isAgain = this.#wasLive;
      const wasNew = this.#lastEventId === null;
      sinceMs = this.#deps.now();
      this.#wasLive = true;
      this.#say({ status: 'LIVE' });
      // Without an event that was seen there is nothing to go on behind: what was missed is unknown.
      if (isAgain && wasNew) this.#emit({ id: '', topic: 'reset', data: {} });
      const parser = new EventParser(
        (event) => this.#emit(event),
        (id) => void (this.#lastEventId = id),
      );
      for await (const text of textOf(answer.body)) {
        stopListening();
        stopListening = listen();
        parser.feed(text);
      }
      return this.#deps.now() - sinceMs < SHORTEST_MS ? 'CUT' : 'ENDED';
    } catch {
      return sinceMs === null ? 'REFUSED' : 'CUT';
    } finally {
      stopListening();
    }
  }

  #sayLost(status: 'LOST' | 'FULL'): void {
    if (this.#state.status === status) return;
    const sinceMs = 'sinceMs' in this.#state ? this.#state.sinceMs : this.#deps.now();
    this.#say({ status, sinceMs });
  }

  #emit(event: LiveEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #say(state: LiveState): void {
    this.#state = state;
    for (const listener of this.#stateListeners) listener();
  }
}

async function* textOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Of text/event-stream, as far as our server writes it: LF alone ends lines. */
export class EventParser {
  readonly #emit: (event: LiveEvent) => void;
  readonly #seen: (id: string) => void;
  #rest = '';

  /** @param seen told of each id, also of one without an event */
  constructor(emit: (event: LiveEvent) => void, seen: (id: string) => void = () => undefined) {
    this.#emit = emit;
    this.#seen = seen;
  }

  feed(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) this.#take(block);
  }

  #take(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const [, name = '', value = ''] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
      fields.set(name, fields.has(name) ? `${fields.get(name)}\n${value}` : value);
    }
    const [id = '', data] = [fields.get('id'), fields.get('data')];
    if (id !== '') this.#seen(id);
    if (data === undefined) return;
    this.#emit({
      id,
      topic: fields.get('event') ?? 'message',
      data: JSON.parse(data),
    });
  }
}
