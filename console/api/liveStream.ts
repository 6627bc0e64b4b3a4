export type LiveEvent = { readonly id: string; readonly topic: string; readonly data: unknown };

/** CONNECTING: for the first time. LOST: it was there, or could not be had; it is tried again by itself. */
export type LiveState =
  { readonly status: 'OFF' | 'CONNECTING' | 'LIVE' } | { readonly status: 'LOST'; readonly sinceMs: number };

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
      const wasLive = await this.#follow(signal);
      if (signal.aborted) return;
      if (this.#state.status !== 'LOST') this.#say({ status: 'LOST', sinceMs: this.#deps.now() });
      pauseMs = wasLive ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      await this.#deps.pause(pauseMs * (0.5 + this.#deps.random()), signal);
    }
  }

  /** @returns whether it was connected */
  async #follow(signal: AbortSignal): Promise<boolean> {
    const silence = new AbortController();
    this.#following = silence;
    const either = AbortSignal.any([signal, silence.signal]);
    const listen = (): (() => void) => this.#deps.after(SILENT_MS, () => silence.abort());
    let stopListening = listen();
    try {
      const answer = await this.#deps.open(this.#lastEventId, either);
      if (!answer.ok || !answer.body) return false;
      const isBack = this.#state.status === 'LOST';
      const wasNew = this.#lastEventId === null;
      this.#say({ status: 'LIVE' });
      // Without an event that was seen there is nothing to go on behind: what was missed is unknown.
      if (isBack && wasNew) this.#emit({ id: '', topic: 'reset', data: {} });
      const parser = new EventParser((event) => this.#emit(event));
      for await (const text of textOf(answer.body)) {
        stopListening();
        stopListening = listen();
        parser.feed(text);
      }
      return true;
    } catch {
      return this.#state.status === 'LIVE';
    } finally {
      stopListening();
    }
  }

  #emit(event: LiveEvent): void {
    if (event.id !== '') this.#lastEventId = event.id;
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
  #rest = '';

  constructor(emit: (event: LiveEvent) => void) {
    this.#emit = emit;
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
    const data = fields.get('data');
    if (data === undefined) return;
    this.#emit({
      id: fields.get('id') ?? '',
      topic: fields.get('event') ?? 'message',
      data: JSON.parse(data),
    });
  }
}
