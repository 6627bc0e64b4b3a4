import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { DuizhangError } from '../../domain/errors.ts';
import { CONTENT_TYPES } from '../../domain/exports.ts';
import { checkedMonth } from '../../domain/month.ts';
import type { StatementSpan, Statements } from '../../domain/statement.ts';
import { STATEMENT_FORMATS } from '../../domain/statement.ts';
import { scopeOf } from '../access.ts';
import { problems } from '../problem.ts';
import { DateText, checkSpan, fileResponse, oneOf } from '../schemas.ts';
import { sendFile } from './sendFile.ts';

const Query = Type.Object(
  {
    merchantId: Type.String({ minLength: 1, maxLength: 64 }),
    date: Type.Optional(DateText),
    month: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}$', examples: ['2026-03'] })),
    format: oneOf(STATEMENT_FORMATS),
  },
  { additionalProperties: false },
);

const FILE = fileResponse(STATEMENT_FORMATS.map((format) => CONTENT_TYPES[format]));

/** @param withinMs how long the taking of a file may last */
export function statementRoutes(statements: Statements, withinMs: number): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/statements',
      {
        config: { access: 'READ', audit: 'STATEMENT' },
        schema: {
          tags: ['ledger'],
          summary: 'The statement of a day or a month as a workbook or a printable page (对账日报, 月报)',
          querystring: Query,
          response: { 200: FILE, ...problems(401, 403, 404) },
        },
      },
      async (request, reply) => {
        const { query } = request;
        const { merchantId, format } = query;
        const file = await statements.open(scopeOf(request), { merchantId, span: spanOf(query), format });
        return sendFile(reply, file, { withinMs, shown: format === 'html' });
      },
    );
  };
}

function spanOf({ date, month }: { readonly date?: string; readonly month?: string }): StatementSpan {
  if (date !== undefined && month === undefined) {
    checkSpan({ from: date });
    return { kind: 'DAY', date };
  }
  if (month !== undefined && date === undefined) return { kind: 'MONTH', month: checkedMonth(month) };
  throw new DuizhangError(
    'DZ_BAD_REQUEST',
    'say which day or which month: date=2026-03-09, or month=2026-03',
  );
}
