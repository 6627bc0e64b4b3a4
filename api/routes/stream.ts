import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { LiveEvent, LiveReader } from '../../domain/alertPorts.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { mayReach } from '../../domain/principal.ts';
import { principalOf } from '../access.ts';
import type { Principals } from '../principals.ts';
import { problems } from '../problem.ts';
import { oneOf } from '../schemas.ts';

export type StreamParts = {
  readonly live: LiveReader;
  /** Realtime verdicts. */
  readonly verdicts: LiveReader;
  readonly principals: Principals;
  /** How often it is looked for changes, and whether whoever follows still may. */
  readonly lookMs?: number;
  readonly checkMs?: number;
  /** A stream ends after this long; whoever follows comes again, behind what it has seen. */
  readonly lastsMs?: number;
};

const LOOK_MS = 250;
const CHECK_MS = 15_000;
const LASTS_MS = 3_600_000;
const EVENTS_A_LOOK = 500;
/** Of one process, and of one person: each costs a connection. */
const MOST_FOLLOWERS = 200;
const MOST_A_PERSON = 10;

/** The first is followed unless another one is asked for. */
const TOPICS = ['alert', 'verdicts'] as const;
const EVENT_ID = /^\d{1,15}-\d{1,10}$/;

/** Changes as they happen, by Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export function streamRoutes(parts: StreamParts): FastifyPluginAsyncTypebox {
  const followers = new Map<string, number>();
  return async (app) => {
    const closing = new AbortController();
    app.addHook('preClose', async () => closing.abort());
    app.get(
      '/stream',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['alerts'],
          summary: 'Alerts as they change, or realtime verdicts as they come (text/event-stream)',
          description:
            'Each event is `alert` with an alert as in GET /alerts; with topic=verdicts it is `verdicts` with what came of one ' +
            'hospital in half a second: all of it counted, exceptions and what healed told up to a limit, of matches a sample. Send Last-Event-ID to go on behind an event; `reset` says that ' +
            'too much has happened since: ask for the lists again. A comment comes every 15 s. The stream ends when the ' +
            'token does.',
          headers: Type.Object({
            'last-event-id': Type.Optional(
              Type.String({ pattern: EVENT_ID.source, examples: ['1773036000000-0'] }),
            ),
          }),
          querystring: Type.Object(
            {
              topic: Type.Optional(oneOf(TOPICS)),
              once: Type.Optional(
                Type.Boolean({ description: 'ends with what is there; with Last-Event-ID it is a poll' }),
              ),
            },
            { additionalProperties: false },
          ),
          response: {
            200: { description: 'events', content: { 'text/event-stream': { schema: Type.String() } } },
            ...problems(401, 403, 429),
          },
        },
      },
      async (request, reply) => {
        const { userId } = principalOf(request);
        const { topic = 'alert', once } = request.query;
        const follows = {
          live: topic === 'alert' ? parts.live : parts.verdicts,
          principal: principalOf(request),
          after: request.headers['last-event-id'] ?? null,
          isOnce: once === true,
          check: async () => parts.principals(request.headers.authorization),
          signal: closing.signal,
        };
        take(followers, userId);
        const stream = Readable.from(eventsOf(follows, parts));
        stream.once('close', () => giveBack(followers, userId));
        return sent(reply, stream);
      },
    );
  };
}

function sent(reply: FastifyReply, stream: Readable): FastifyReply {
  return reply.header('cache-control', 'no-store').type('text/event-stream; charset=utf-8').send(stream);
}

type Follows = {
  readonly live: LiveReader;
  readonly principal: Principal;
  /** Last-Event-ID; null: from now on. */
  readonly after: string | null;
  readonly isOnce: boolean;
  /** Rejects when whoever follows may not any more. */
  readonly check: () => Promise<Principal>;
  readonly signal: AbortSignal;
};

async function* eventsOf(follows: Follows, parts: StreamParts): AsyncGenerator<string> {
  const { live } = follows;
  const { lookMs = LOOK_MS, checkMs = CHECK_MS, lastsMs = LASTS_MS } = parts;
  let { principal } = follows;
  let after = follows.after ?? (await live.newestId());
  // The first bytes tell a client that it is connected, and a new one behind what it can go on if nothing happens.
  yield follows.after === null ? `retry: 2000\nid: ${after}\n\n` : 'retry: 2000\n\n';
  if (follows.after !== null && !(await live.reaches(after))) {
    after = await live.newestId();
    yield `event: reset\nid: ${after}\ndata: {}\n\n`;
  }
  let sinceCheckMs = 0;
  for (let openMs = 0; openMs < lastsMs && !follows.signal.aborted; openMs += lookMs) {
    if (sinceCheckMs >= checkMs) {
      const current = await follows.check().catch(() => null);
      if (current === null) return;
      principal = current;
      sinceCheckMs = 0;
      yield ': here\n\n';
    }
    const events = await live.read(after, EVENTS_A_LOOK);
    for (const event of events) {
      after = event.id;
      if (maySee(principal, event)) yield `event: ${event.topic}\nid: ${event.id}\ndata: ${event.data}\n\n`;
    }
    if (events.length === EVENTS_A_LOOK) continue;
    if (follows.isOnce) return;
    sinceCheckMs += lookMs;
    await pause(lookMs, undefined, { signal: follows.signal }).catch(() => undefined);
  }
}

/** What is of no hospital is for those who may see every one. */
function maySee(principal: Principal, { merchantId }: LiveEvent): boolean {
  return merchantId === '' ? principal.merchants === null : mayReach(principal, merchantId);
}

function take(followers: Map<string, number>, userId: string): void {
  const own = followers.get(userId) ?? 0;
  const all = [...followers.values()].reduce((sum, each) => sum + each, 0);
  if (own >= MOST_A_PERSON || all >= MOST_FOLLOWERS) {
    throw new DuizhangError(
      'DZ_STREAMS_TOO_MANY',
      `${own >= MOST_A_PERSON ? `you follow ${own} streams` : `${all} streams are followed`} already; close one, or ask GET /alerts`,
      { messageZh: '实时连接过多，请关闭其他页面后重试' },
    );
  }
  followers.set(userId, own + 1);
}

function giveBack(followers: Map<string, number>, userId: string): void {
  const left = (followers.get(userId) ?? 1) - 1;
  if (left <= 0) followers.delete(userId);
  else followers.set(userId, left);
}
