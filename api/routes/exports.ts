import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { LedgerQueries } from '../../domain/apiPorts.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { ExportList, ExportRequest, LedgerExports } from '../../domain/exports.ts';
import { CONTENT_TYPES, EXPORT_FORMATS, EXPORT_LISTS, LISTS_OF_RUNS } from '../../domain/exports.ts';
import type { Scope } from '../../domain/scope.ts';
import { MODES } from '../../domain/verdict.ts';
import { notFound, scopeOf } from '../access.ts';
import { noteForAudit } from '../auditTrail.ts';
import { problems } from '../problem.ts';
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

const RunQuery = Type.Object(
  {
    list: Type.Unsafe<ExportList>({ type: 'string', enum: [...LISTS_OF_RUNS], default: 'exceptions' }),
    format: oneOf(EXPORT_FORMATS),
  },
  { additionalProperties: false },
);

const FILE = fileResponse(EXPORT_FORMATS.map((format) => CONTENT_TYPES[format]));

/**
 * Lists of the ledger as files.
 * @param withinMs how long the taking of a file may last
 */
export function exportRoutes(
  exports: LedgerExports,
  runs: Pick<LedgerQueries, 'reconciliation'>,
  withinMs: number,
): FastifyPluginAsyncTypebox {
  let running = 0;
  const send = async (reply: FastifyReply, scope: Scope, request: ExportRequest): Promise<FastifyReply> => {
    if (running >= MOST_AT_ONCE) {
      throw new DuizhangError(
        'DZ_EXPORTS_BUSY',
        `${MOST_AT_ONCE} exports are being taken already; try again when one has ended`,
      );
    }
    running += 1;
    const file = await exports.open(scope, request).catch((error: unknown) => {
      running -= 1;
      throw error;
    });
    return sendFile(reply, file, { withinMs, onEnd: () => (running -= 1) });
  };
  return async (app) => {
    app.get(
      '/exports/:list',
      {
        config: { access: 'READ', audit: 'EXPORT' },
        schema: {
          tags: ['ledger'],
          summary: 'A list as csv, xlsx or jsonl (导出)',
          params: Type.Object({ list: oneOf(EXPORT_LISTS) }),
          querystring: Query,
          response: { 200: FILE, ...problems(401, 403) },
        },
      },
      async (request, reply) => {
        const { run, ...filter } = request.query;
        checkSpan(filter);
        const scope = scopeOf(request);
        if (scope.merchants && filter.merchantId === undefined) {
          noteForAudit(request, { merchants: [...scope.merchants] });
        }
        return send(reply, scope, {
          ...request.params,
          ...filter,
          ...(run === undefined ? {} : { runId: run }),
        });
      },
    );

    app.get(
      '/reconciliations/:id/export',
      {
        config: { access: 'READ', audit: 'EXPORT' },
        schema: {
          tags: ['ledger'],
          summary: 'What a run found, as csv, xlsx or jsonl (导出对账结果)',
          params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }),
          querystring: RunQuery,
          response: { 200: FILE, ...problems(401, 403, 404) },
        },
      },
      async (request, reply) => {
        const { list, format } = request.query;
        const runId = request.params.id;
        const run = await runs.reconciliation(scopeOf(request), runId);
        if (!run || run.mode === 'REALTIME') throw notFound(`run ${runId}`);
        noteForAudit(request, { merchants: [run.merchantId] });
        return send(reply, scopeOf(request), { list, format, runId });
      },
    );
  };
}
