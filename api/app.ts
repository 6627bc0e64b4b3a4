import type { KeyObject } from 'node:crypto';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyPluginAsyncTypebox, TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { LogController } from 'fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { LoggerOptions } from 'pino';
import type { Registry } from 'prom-client';
import type { TSchema } from 'typebox';
import type {
  BillFileQueries,
  CertificateQueries,
  ConsoleFiles,
  EventIntake,
  LedgerQueries,
  ReadinessCheck,
} from '../domain/apiPorts.ts';
import type { CloseAgain } from '../domain/closePorts.ts';
import type { SecretDesk } from '../domain/secretDesk.ts';
import type { SettingsDesk } from '../domain/settings.ts';
import type { ProposalDesk } from '../domain/settingsProposals.ts';
import type { LedgerExports } from '../domain/exports.ts';
import type { ActionQueries } from '../domain/resolutionPorts.ts';
import type { Statements } from '../domain/statement.ts';
import { traceparentOf } from '../domain/traceparent.ts';
import type { PeopleDeps } from '../people/people.ts';
import type { ProviderLoginDeps } from '../people/providerLogin.ts';
import { guardRoutes } from './access.ts';
import { demandFreshLogin } from './freshLogin.ts';
import type { AuditParts } from './auditTrail.ts';
import { auditRequests } from './auditTrail.ts';
import { timeRequests } from './httpMetrics.ts';
import { AWAY, documentedAnswers, problemOf, sendProblem } from './problem.ts';
import type { Principals } from './principals.ts';
import type { RateParts } from './rateLimits.ts';
import { rateLimits } from './rateLimits.ts';
import { bareHeaders, docsPolicy, secureHeaders } from './secureHeaders.ts';
import { actionRoutes } from './routes/actions.ts';
import type { AlertParts } from './routes/alerts.ts';
import { alertRoutes } from './routes/alerts.ts';
import { auditRoutes } from './routes/audit.ts';
import type { BillErrorParts } from './routes/billErrors.ts';
import { billErrorRoutes } from './routes/billErrors.ts';
import { billFileRoutes } from './routes/billFiles.ts';
import type { BillParts } from './routes/bills.ts';
import { billRoutes } from './routes/bills.ts';
import type { CaseParts } from './routes/caseActions.ts';
import { bulkRoutes } from './routes/bulk.ts';
import { oneSidedCheckRoutes } from './routes/oneSidedChecks.ts';
import { caseActionRoutes } from './routes/caseActions.ts';
import { certificateRoutes } from './routes/certificates.ts';
import { consoleRoutes } from './routes/console.ts';
import type { DeadLetterParts } from './routes/deadLetters.ts';
import { deadLetterRoutes } from './routes/deadLetters.ts';
import { eventRoutes } from './routes/events.ts';
import type { ExceptionDetailParts } from './routes/exceptionDetail.ts';
import { exceptionDetailRoutes } from './routes/exceptionDetail.ts';
import { exceptionRoutes } from './routes/exceptions.ts';
import { EXPORT_WITHIN_MS, exportRoutes } from './routes/exports.ts';
import { healthRoutes } from './routes/health.ts';
import { ledgerRoutes } from './routes/ledger.ts';
import { meRoutes } from './routes/me.ts';
import { merchantRoutes } from './routes/merchants.ts';
import { orderRoutes } from './routes/orders.ts';
import type { OverviewParts } from './routes/overview.ts';
import { overviewRoutes } from './routes/overview.ts';
import { proofRoutes } from './routes/proofs.ts';
import { providerSessionRoutes } from './routes/providerSessions.ts';
import { reconciliationRoutes } from './routes/reconciliations.ts';
import { secretRoutes } from './routes/secrets.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { settingsRoutes } from './routes/settings.ts';
import { settingsProposalRoutes } from './routes/settingsProposals.ts';
import type { StreamParts } from './routes/stream.ts';
import { streamRoutes } from './routes/stream.ts';
import { statementRoutes } from './routes/statements.ts';
import type { UserParts } from './routes/users.ts';
import { userRoutes } from './routes/users.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A body that the OpenAPI document shows in place of the schema that requests are checked by. */
    documentedBody?: object;
  }
}

export type ApiParts = {
  readonly queries: LedgerQueries;
  readonly overview: OverviewParts;
  readonly certificates: CertificateQueries;
  /** That of the key which certificates are signed with now. */
  readonly certificateKey: KeyObject;
  readonly exports: LedgerExports;
  readonly statements: Statements;
  /** How long the taking of an export or a statement may last. */
  readonly exportWithinMs?: number;
  readonly intake: EventIntake;
  /** JSON schemas of the events that the intake takes, for the OpenAPI document. */
  readonly eventForms: readonly TSchema[];
  /** See EventParts. */
  readonly takesUnsignedEvents: boolean;
  /** Bills for the machines of hospitals. */
  readonly bills: BillParts;
  /** Bills on record, for people. */
  readonly billFiles: BillFileQueries;
  /** Who sends a token. */
  readonly principals: Principals;
  /** What people log in with. */
  readonly people: PeopleDeps;
  /** Logging in at an identity provider; null, or absent: the console does not offer it. */
  readonly providerLogin?: ProviderLoginDeps | null;
  /** How old a login may be when money moves; null, or absent: as old as its session. */
  readonly freshLoginMs?: number | null;
  /** What people do about exceptions and orders; its hospitals are those of the whole API. */
  readonly cases: CaseParts & { readonly actions: ActionQueries };
  readonly billErrors: BillErrorParts;
  readonly deadLetters: DeadLetterParts;
  readonly closeAgain: CloseAgain;
  readonly alerts: AlertParts;
  /** What people follow live. */
  readonly stream: Omit<StreamParts, 'principals'>;
  /** All that is known of one exception, for whoever may see it. */
  readonly evidenceOf: ExceptionDetailParts['evidenceOf'];
  readonly audit: AuditParts;
  /** What administrators set, and the secrets that they replace. */
  readonly settings: SettingsDesk;
  /** Settings that a second administrator has to agree to. */
  readonly proposals: ProposalDesk;
  readonly secrets: SecretDesk;
  readonly users: Omit<UserParts, 'merchants'>;
  /** Whether a failure means that a server does not answer, so that the request may be sent again. */
  readonly isAway?: (error: unknown) => boolean;
  readonly readiness: readonly ReadinessCheck[];
  /** Of this process; requests are timed into it. */
  readonly metrics: Registry;
  /** Metrics of other processes, in Prometheus's text form, which are shown with ours. */
  readonly otherMetrics?: () => Promise<string>;
  /** Largest body of events in bytes. */
  readonly bodyLimit?: number;
  readonly limits: RateParts;
  readonly patience?: Patience;
  /** The console that is served at /; absent, or while it gives null: it was not built. */
  readonly console?: () => ConsoleFiles | null;
  /** Options of the log; absent: none is written. */
  readonly logger?: LoggerOptions;
  /** Addresses whose X-Forwarded-For is believed; absent: nobody's. */
  readonly trustedProxies?: readonly string[];
};

const ANYONE = { access: 'ANYONE' } as const;
/** How long a client may take to send what it has begun. */
export type Patience = {
  readonly headersMs: number;
  readonly requestMs: number;
  readonly lookEveryMs: number;
};
const PATIENCE: Patience = { headersMs: 10_000, requestMs: 30_000, lookEveryMs: 5_000 };

/** Of a JSON body or a form's fields; events, proofs and bills have limits of their own. */
const MOST_BODY_BYTES = 256 * 1024;
const MOST_EVENTS_BYTES = 8 * 1024 * 1024;
/** Request line and headers together. */
const MOST_HEADER_BYTES = 16 * 1024;

/** The HTTP API over use cases that are handed in; nothing listens yet. */
export async function buildApp(parts: ApiParts): Promise<FastifyInstance> {
  const patience = parts.patience ?? PATIENCE;
  const app = Fastify({
    logger: parts.logger ?? false,
    // A line a request would fill the disk; failures are logged below.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MOST_BODY_BYTES,
    requestTimeout: patience.requestMs,
    frameworkErrors: (error, request, reply) => {
      bareHeaders(reply);
      void sendProblem(reply, problemOf(error, request.id));
    },
    http: {
      maxHeaderSize: MOST_HEADER_BYTES,
      headersTimeout: patience.headersMs,
      connectionsCheckingInterval: patience.lookEveryMs,
    },
    trustProxy: parts.trustedProxies ? [...parts.trustedProxies] : false,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, allErrors: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  timeRequests(app, parts.metrics);
  await secureHeaders(app);
  const { byAddress, byCaller } = await rateLimits(app, parts.limits);
  app.addHook('onRequest', byAddress);
  guardRoutes(app, parts.principals);
  demandFreshLogin(app, parts.freshLoginMs ?? null, () => parts.people.now());
  auditRequests(app, parts.audit);
  app.addHook('onRequest', byCaller);
  // Fastify would take it for a body of any route.
  app.removeContentTypeParser('text/plain');
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
        { name: 'access', description: 'Logging in and out, and who somebody is' },
        { name: 'ledger', description: 'What the ledger says: runs, exceptions, match rates' },
        {
          name: 'cases',
          description: 'What people do about exceptions and orders, and the money that it moves',
        },
        { name: 'alerts', description: 'What somebody should look at, as it happens' },
        {
          name: 'bills',
          description: 'Original bills, for the front-end machines of hospitals and for people',
        },
        { name: 'events', description: 'Payments and HIS orders as they happen' },
        { name: 'system', description: 'Is it up, ready, and how busy' },
      ],
    },
    transform: ({ schema, url, route }) => {
      const { documentedBody: body, access } = route.config ?? {};
      const asksPerson = access !== undefined && access !== 'MACHINE' && access !== 'ANYONE';
      const security = asksPerson ? { security: [{ bearer: [] }] } : {};
      const response = documentedAnswers(schema ?? {}, route);
      return { schema: { ...schema, ...(body ? { body } : {}), ...security, ...response }, url };
    },
  });
  app.setErrorHandler((error, request, reply) => {
    const problem = parts.isAway?.(error) ? AWAY : problemOf(error, request.id);
    if (problem.status >= 500) request.log.error({ err: error, ...traceOf(request) }, 'request failed');
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
    transformStaticCSP: docsPolicy,
    // Nothing of the API is told to a validator outside.
    uiConfig: { validatorUrl: null },
  });
  await app.register(healthRoutes(parts.readiness, () => allMetrics(parts)));
  const fileWithinMs = parts.exportWithinMs ?? EXPORT_WITHIN_MS;
  for (const routes of routesOf(parts, fileWithinMs)) await app.register(routes, { prefix: '/api/v1' });
  app.get('/openapi.json', { config: ANYONE, schema: { hide: true } }, () => app.swagger());
  await app.register(consoleRoutes(parts.console ?? (() => null)));
  return app;
}

function routesOf(parts: ApiParts, fileWithinMs: number): readonly FastifyPluginAsyncTypebox[] {
  const { queries, cases, closeAgain } = parts;
  const { merchants, rulesOf } = cases.deps;
  return [
    sessionRoutes(parts.people),
    providerSessionRoutes(parts.providerLogin ?? null),
    meRoutes(merchants),
    reconciliationRoutes({ queries, billFiles: parts.billFiles, closeAgain, merchants }),
    ledgerRoutes(queries),
    overviewRoutes(parts.overview),
    merchantRoutes({ merchants, rulesOf }),
    certificateRoutes(parts, queries),
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
    alertRoutes(parts.alerts),
    streamRoutes({ ...parts.stream, principals: parts.principals }),
    eventRoutes({
      intake: parts.intake,
      forms: parts.eventForms,
      access: parts.bills.access,
      takesUnsigned: parts.takesUnsignedEvents,
      mostBytes: parts.bodyLimit ?? MOST_EVENTS_BYTES,
    }),
    billRoutes(parts.bills),
    billFileRoutes({ ...parts.bills, files: parts.billFiles }),
    auditRoutes(parts.audit.queries),
    settingsRoutes(parts.settings),
    settingsProposalRoutes(parts.proposals),
    secretRoutes(parts.secrets),
    userRoutes({ ...parts.users, merchants }),
  ];
}

async function allMetrics({ metrics, otherMetrics }: ApiParts): Promise<string> {
  const [own, others] = await Promise.all([metrics.metrics(), otherMetrics?.() ?? '']);
  return `${own}${others}`;
}

function traceOf({ headers }: FastifyRequest): { readonly traceparent?: string } {
  const traceparent = traceparentOf(headers['traceparent']);
  return traceparent === null ? {} : { traceparent };
}
