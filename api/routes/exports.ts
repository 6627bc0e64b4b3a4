import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { DuizhangError } from '../../domain/errors.ts';
import type { LedgerExports } from '../../domain/exports.ts';
import { CONTENT_TYPES, EXPORT_FORMATS, EXPORT_LISTS } from '../../domain/exports.ts';
import { MODES } from '../../domain/verdict.ts';
import { ProblemSchema } from '../problem.ts';
import { DateText, checkSpan, fileResponse, oneOf } from '../schemas.ts';
import { sendFile } from './sendFile.ts';

/** Each holds one of the ledger's connections for as long as it is taken: others must still be answered. */
const MOST_AT_ONCE = 2;
/** A reader who is slower is cut off, unless the caller says otherwise. */
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

const FILE = fileResponse(EXPORT_FORMATS.map((format) => CONTENT_TYPES[format]));
const problems = { 400: ProblemSchema, 500: ProblemSchema, 503: ProblemSchema };

/**
 * Lists of the ledger as files.
 * @param withinMs how long the taking of a file may last
 */
export function exportRoutes(exports: LedgerExports, withinMs: number): FastifyPluginAsyncTypebox {
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
          response: { 200: FILE, ...problems },
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
          return sendFile(reply, file, { withinMs, onEnd: () => (running -= 1) });
        } catch (error) {
          running -= 1;
          throw error;
        }
      },
    );
  };
}
