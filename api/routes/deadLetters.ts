import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { LetterReader, StoredLetter } from '../../domain/deadLetters.ts';
import type { ReplayDeps } from '../../pipeline/deadLetters/replay.ts';
import { replayOne } from '../../pipeline/deadLetters/replay.ts';
import { notFound, scopeOf } from '../access.ts';
import { problems } from '../problem.ts';
import { Cursor, Instant, Limit, NextCursor, NullableText } from '../schemas.ts';

const Query = Type.Object(
  {
    open: Type.Optional(Type.Boolean({ description: 'only those that were not replayed yet' })),
    cursor: Cursor,
    limit: Limit,
  },
  { additionalProperties: false },
);

const LetterSchema = Type.Object(
  {
    id: Type.String({ description: '<topic>-<partition>-<position>' }),
    partition: Type.String(),
    position: Type.Integer(),
    code: Type.String(),
    reason: Type.String({ description: 'as it was told when it came' }),
    reasonZh: {
      ...NullableText,
      description: 'what is wrong with it, in Chinese; null: nothing more than its code says',
    },
    field: { ...NullableText, description: 'of the event; null: no single one is to blame' },
    merchantId: {
      ...NullableText,
      description: 'as its sender wrote it, of a hospital or not; null: it cannot be read',
    },
    orderNo: NullableText,
    isMended: Type.Boolean({ description: 'it could be read now, by the hospitals and schemas of now' }),
    valueBase64: Type.String({ description: 'the bytes as they came' }),
    receivedAt: Instant,
    replayedAt: Type.Union([Instant, Type.Null()]),
  },
  {
    examples: [
      {
        id: 'payments-3-17',
        partition: 'payments/3',
        position: 17,
        code: 'DZ_EVENT_UNKNOWN_MERCHANT',
        reason: 'merchant "H999" is not configured',
        reasonZh: '医院编号 "H999" 未配置',
        field: 'merchantId',
        merchantId: 'H999',
        orderNo: 'YT20260309000001',
        isMended: false,
        valueBase64: 'wwE=',
        receivedAt: '2026-03-09T02:00:00.000Z',
        replayedAt: null,
      },
    ],
  },
);

export type DeadLetterParts = ReplayDeps & { readonly read: LetterReader };

const ID = /^(.+)-(\d{1,6})-(\d{1,15})$/;
const Params = Type.Object({ id: Type.String({ pattern: ID.source, examples: ['payments-3-17'] }) });

/** Events that could not be taken. Nobody knows of which hospital they are: who may not reach all of them sees none. */
export function deadLetterRoutes(deps: DeadLetterParts): FastifyPluginAsyncTypebox {
  const letterJson = (letter: StoredLetter) => jsonOf(letter, deps.read);
  return async (app) => {
    app.get(
      '/dead-letters',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['system'],
          summary: 'Events that could not be taken, the newest first (死信)',
          querystring: Query,
          response: {
            200: Type.Object({ items: Type.Array(LetterSchema), nextCursor: NextCursor }),
            ...problems(401, 403),
          },
        },
      },
      async (request) => {
        const { open, ...filter } = request.query;
        const page = await deps.letters.letters(scopeOf(request), {
          ...filter,
          ...(open === undefined ? {} : { isOpen: open }),
        });
        return { items: page.items.map(letterJson), nextCursor: page.nextCursor };
      },
    );

    app.post(
      '/dead-letters/:id/replay',
      {
        config: { access: ['admin', 'operator'], audit: 'DEAD_LETTER_REPLAY' },
        schema: {
          tags: ['system'],
          summary: 'Puts its bytes into the log again, once what was wrong is mended (重放死信)',
          params: Params,
          response: { 200: LetterSchema, ...problems(401, 403, 404, 409, 507) },
        },
      },
      async (request) => {
        const { id } = request.params;
        const [, topic, partition, position] = ID.exec(id) ?? [];
        const place = { partition: `${topic}/${partition}`, position: Number(position) };
        await replayOne(scopeOf(request), place, deps);
        const letter = await deps.letters.letterAt(scopeOf(request), place);
        if (!letter) throw notFound(`dead letter ${id}`);
        return letterJson(letter);
      },
    );
  };
}

/** Refused for what its bytes say: once they pass, what was wrong is mended. */
const SHOWN_BY_BYTES = new Set(['DZ_EVENT_INVALID', 'DZ_EVENT_UNDECODABLE', 'DZ_EVENT_UNKNOWN_MERCHANT']);

function jsonOf(letter: StoredLetter, read: LetterReader) {
  const { partition, position, code, reason, value, receivedAtMs, replayedAtMs } = letter;
  const { merchantId, orderNo, fault } = read(letter);
  const explains = fault?.code === code;
  return {
    id: `${partition.replace('/', '-')}-${position}`,
    partition,
    position,
    code,
    reason,
    reasonZh: explains ? fault.reasonZh : null,
    field: explains ? fault.field : null,
    merchantId,
    orderNo,
    isMended: fault === null && SHOWN_BY_BYTES.has(code),
    valueBase64: Buffer.from(value).toString('base64'),
    receivedAt: new Date(receivedAtMs).toISOString(),
    replayedAt: replayedAtMs === null ? null : new Date(replayedAtMs).toISOString(),
  };
}
