import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { DuizhangError } from '../../domain/errors.ts';
import type { ExportFile, LedgerExports } from '../../domain/exports.ts';
import { EXPORT_FORMATS, EXPORT_LISTS } from '../../domain/exports.ts';
import { MODES } from '../../domain/verdict.ts';
import { ProblemSchema } from '../problem.ts';
import { DateText, checkSpan, oneOf } from '../schemas.ts';

/** Each holds one of the ledger's connections for as long as it is taken: others must still be answered. */
const MOST_AT_ONCE = 2;
/** A reader who is slower is cut off. */
export const EXPORT_WITHIN_MS = 10 * 60_000;

const Query = Type.Object(
  {
    merchantId: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    from: Type.Optional(DateText),
    to: Type.Optional(DateText),
    mode: Type.Optional(oneOf(MODES)),
    run: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'the rows of one run' })),
    format: oneOf(EXPORT_FORMATS),
  },
  { additionalProperties: false },
);

const problems = { 400: ProblemSchema, 500: ProblemSchema, 503: ProblemSchema };

/** Lists of the ledger as files. A file that breaks off breaks the connection: it never looks whole. */
export function exportRoutes(exports: LedgerExports, withinMs = EXPORT_WITHIN_MS): FastifyPluginAsyncTypebox {
  let running = 0;
  return async (app) => {
    app.get(
      '/exports/:list',
      {
        schema: {
          tags: ['ledger'],
          summary: 'A list as csv, xlsx or jsonl (导出)',
          params: Type.Object({ list: oneOf(EXPORT_LISTS) }),
          querystring: Query,
          response: problems,
        },
      },
      async ({ params, query }, reply) => {
        const { run, ...filter } = query;
        checkSpan(filter);
        if (running >= MOST_AT_ONCE) {
          throw new DuizhangError(
            'DZ_EXPORTS_BUSY',
            `${MOST_AT_ONCE} exports are being taken already; try again when one has ended`,
          );
        }
        running += 1;
        try {
          const file = await exports.open({
            ...params,
            ...filter,
            ...(run === undefined ? {} : { runId: run }),
          });
          return sendFile(reply, file, withinMs, () => {
            running -= 1;
          });
        } catch (error) {
          running -= 1;
          throw error;
        }
      },
    );
  };
}

/** @param onEnd told once, however it ends */
export function sendFile(
  reply: FastifyReply,
  { fileName, contentType, bytes }: ExportFile,
  withinMs: number,
  onEnd: () => void,
): FastifyReply {
  const stream = Readable.from(bytes, { objectMode: false });
  const deadline = setTimeout(() => {
    stream.destroy(
      new DuizhangError('DZ_EXPORT_TOO_SLOW', `the file was not taken within ${withinMs / 1000} s`),
    );
  }, withinMs);
  stream.once('close', () => {
    clearTimeout(deadline);
    onEnd();
  });
  return reply
    .type(contentType)
    .header('content-disposition', `attachment; filename="${fileName}"`)
    .header('cache-control', 'no-store')
    .send(stream);
}
