import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyPluginAsyncTypebox, TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { LogController } from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { LoggerOptions } from 'pino';
import type { Registry } from 'prom-client';
import type { TSchema } from 'typebox';
import type { CertificateQueries, EventIntake, LedgerQueries, ReadinessCheck } from '../domain/apiPorts.ts';
import type { CloseAgain } from '../domain/closePorts.ts';
import type { LedgerExports } from '../domain/exports.ts';
import type { ActionQueries } from '../domain/resolutionPorts.ts';
import type { Statements } from '../domain/statement.ts';
import type { ReplayDeps } from '../pipeline/deadLetters/replay.ts';
import { guardRoutes } from './access.ts';
import type { AuditParts } from './auditTrail.ts';
import { auditRequests } from './auditTrail.ts';
import { timeRequests } from './httpMetrics.ts';
import { INDEX_PAGE } from './indexPage.ts';
import { problemOf, sendProblem } from './problem.ts';
import type { Principals } from './principals.ts';
import { actionRoutes } from './routes/actions.ts';
import { auditRoutes } from './routes/audit.ts';
import type { BillErrorParts } from './routes/billErrors.ts';
import { billErrorRoutes } from './routes/billErrors.ts';
import type { BillParts } from './routes/bills.ts';
import { billRoutes } from './routes/bills.ts';
import type { CaseParts } from './routes/caseActions.ts';
import { bulkRoutes } from './routes/bulk.ts';
import { oneSidedCheckRoutes } from './routes/oneSidedChecks.ts';
import { caseActionRoutes } from './routes/caseActions.ts';
import { certificateRoutes } from './routes/certificates.ts';
import { deadLetterRoutes } from './routes/deadLetters.ts';
import { eventRoutes } from './routes/events.ts';
import type { ExceptionDetailParts } from './routes/exceptionDetail.ts';
import { exceptionDetailRoutes } from './routes/exceptionDetail.ts';
import { exceptionRoutes } from './routes/exceptions.ts';
import { EXPORT_WITHIN_MS, exportRoutes } from './routes/exports.ts';
import { healthRoutes } from './routes/health.ts';
import { ledgerRoutes } from './routes/ledger.ts';
import { merchantRoutes } from './routes/merchants.ts';
import { orderRoutes } from './routes/orders.ts';
import { proofRoutes } from './routes/proofs.ts';
import { reconciliationRoutes } from './routes/reconciliations.ts';
import { statementRoutes } from './routes/statements.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A body that the OpenAPI document shows in place of the schema that requests are checked by. */
    documentedBody?: object;
  }
}

export type ApiParts = {
  readonly queries: LedgerQueries;
  readonly certificates: CertificateQueries;
  readonly exports: LedgerExports;
  readonly statements: Statements;
  /** How long the taking of an export or a statement may last. */
  readonly exportWithinMs?: number;
  readonly intake: EventIntake;
  /** JSON schemas of the events that the intake takes, for the OpenAPI document. */
  readonly eventForms: readonly TSchema[];
  /** Bills for the machines of hospitals. */
  readonly bills: BillParts;
  /** Who sends a token. */
  readonly principals: Principals;
  /** What people do about exceptions and orders; its hospitals are those of the whole API. */
  readonly cases: CaseParts & { readonly actions: ActionQueries };
  readonly billErrors: BillErrorParts;
  readonly deadLetters: ReplayDeps;
  readonly closeAgain: CloseAgain;
  /** All that is known of one exception, for whoever may see it. */
  readonly evidenceOf: ExceptionDetailParts['evidenceOf'];
  readonly audit: AuditParts;
  readonly readiness: readonly ReadinessCheck[];
  /** Of this process; requests are timed into it. */
  readonly metrics: Registry;
  /** Metrics of other processes, in Prometheus's text form, which are shown with ours. */
  readonly otherMetrics?: () => Promise<string>;
  /** Largest request body in bytes. */
  readonly bodyLimit?: number;
  /** Options of the log; absent: none is written. */
  readonly logger?: LoggerOptions;
  /** Addresses whose X-Forwarded-For is believed; absent: nobody's. */
  readonly trustedProxies?: readonly string[];
};

const DEFAULT_BODY_LIMIT = 8 * 1024 * 1024;

/** The HTTP API over use cases that are handed in; nothing listens yet. */
export async function buildApp(parts: ApiParts): Promise<FastifyInstance> {
  const app = Fastify({
    logger: parts.logger ?? false,
    // A line a request would fill the disk; failures are logged below.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: parts.bodyLimit ?? DEFAULT_BODY_LIMIT,
    requestTimeout: 30_000,
    trustProxy: parts.trustedProxies ? [...parts.trustedProxies] : false,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, allErrors: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  timeRequests(app, parts.metrics);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'duizhang 对账',
        version: '1.0.0',
        description:
          'Reconciliation of hospital payments. Amounts are strings of fen (1/100 yuan), dates are Asia/Shanghai business dates.',
        license: { name: 'Apache-2.0' },
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      tags: [
        { name: 'ledger', description: 'What the ledger says: runs, exceptions, match rates' },
        {
          name: 'cases',
          description: 'What people do about exceptions and orders, and the money that it moves',
        },
        { name: 'bills', description: 'Original bills, for the front-end machines of hospitals' },
        { name: 'events', description: 'Payments and HIS orders as they happen' },
        { name: 'system', description: 'Is it up, ready, and how busy' },
      ],
    },
    transform: ({ schema, url, route }) => {
      const { documentedBody: body, access } = route.config ?? {};
      // Without a token an open route answers, too: {}.
      const security = access === 'OPEN' ? [{}, { bearer: [] }] : [{ bearer: [] }];
      return {
        schema: { ...schema, ...(body ? { body } : {}), ...(access === undefined ? {} : { security }) },
        url,
      };
    },
  });
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error, request.id);
    if (problem.status >= 500) request.log.error({ err: error }, 'request failed');
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, {
      status: 404,
      code: 'DZ_NOT_FOUND',
      detail: `there is no ${request.method} ${request.url.split('?')[0]}; GET /openapi.json lists what there is`,
    }),
  );
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    // Served over plain HTTP inside a house, an upgrade would leave the page without its scripts.
    transformStaticCSP: (header) => header.replace(/upgrade-insecure-requests;?/, ''),
    // Nothing of the API is told to a validator outside.
    uiConfig: { validatorUrl: null },
  });
  guardRoutes(app, parts.principals);
  auditRequests(app, parts.audit);
  await app.register(healthRoutes(parts.readiness, () => allMetrics(parts)));
  const fileWithinMs = parts.exportWithinMs ?? EXPORT_WITHIN_MS;
  for (const routes of routesOf(parts, fileWithinMs)) await app.register(routes, { prefix: '/api/v1' });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  app.get('/', { schema: { hide: true } }, (_, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'")
      .send(INDEX_PAGE),
  );
  return app;
}

function routesOf(parts: ApiParts, fileWithinMs: number): readonly FastifyPluginAsyncTypebox[] {
  const { queries, cases, closeAgain } = parts;
  const { merchants, rulesOf } = cases.deps;
  return [
    reconciliationRoutes({ queries, closeAgain, merchants }),
    ledgerRoutes(queries),
    merchantRoutes({ merchants, rulesOf }),
    certificateRoutes(parts.certificates, queries),
    exportRoutes(parts.exports, queries, fileWithinMs),
    statementRoutes(parts.statements, fileWithinMs),
    exceptionRoutes(queries),
    exceptionDetailRoutes(parts),
    bulkRoutes(cases.deps),
    caseActionRoutes(cases),
    oneSidedCheckRoutes(cases.deps),
    actionRoutes(cases),
    orderRoutes(cases.deps),
    proofRoutes(cases, fileWithinMs),
    billErrorRoutes(parts.billErrors),
    deadLetterRoutes(parts.deadLetters),
    eventRoutes(parts.intake, parts.eventForms),
    billRoutes(parts.bills),
    auditRoutes(parts.audit.queries),
  ];
}

async function allMetrics({ metrics, otherMetrics }: ApiParts): Promise<string> {
  const [own, others] = await Promise.all([metrics.metrics(), otherMetrics?.() ?? '']);
  return `${own}${others}`;
}
