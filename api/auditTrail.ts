import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { AuditEntry, AuditField, AuditKind, AuditSaid } from '../domain/auditEntry.ts';
import { auditText } from '../domain/auditEntry.ts';
import type { AuditQueries, AuditTrail } from '../domain/auditTrail.ts';
import type { Json } from '../domain/canonicalJson.ts';

/**
 * What a route records, one entry a request. BY_ITSELF: its handler does, since the plugin cannot know who it is about.
 * EVENT_LOG: events are kept one by one in the log, which is their record.
 */
export type AuditRule = AuditKind | 'BY_ITSELF' | 'EVENT_LOG';

/** What a handler adds to the entry of its request. */
export type AuditNote = Partial<Pick<AuditEntry, 'who' | 'merchants' | 'actionId' | 'said'>>;

declare module 'fastify' {
  interface FastifyContextConfig {
    audit?: AuditRule;
  }
  interface FastifyRequest {
    /** What its handler added; null: nothing yet. */
    auditNote: AuditNote | null;
    /** Nothing more is recorded of it. */
    isAudited: boolean;
  }
}

export type AuditParts = {
  readonly trail: AuditTrail;
  readonly queries: AuditQueries;
  /** Epoch milliseconds of this machine. */
  readonly now: () => number;
};

/** As many as a request for several may name; a refused one may name any number. */
const MOST_IDS = 200;

/** Of parameters, query and body these alone are recorded: never a note, a code, a file's content or a name. */
const RECORDED = [
  'id',
  'caseId',
  'orderNo',
  'sha256',
  'run',
  'action',
  'amountFen',
  'assignee',
  'method',
  'merchantId',
  'date',
  'month',
  'from',
  'to',
  'mode',
  'list',
  'format',
  'book',
  'channel',
  'user',
  'kind',
] as const satisfies readonly AuditField[];

/**
 * A route with `config: { audit: … }` is recorded before its answer leaves: what cannot be recorded is not told. While
 * earlier entries wait for the ledger nothing is begun. Must be called before the routes are there.
 */
export function auditRequests(app: FastifyInstance, { trail, now }: AuditParts): void {
  app.decorateRequest('auditNote', null);
  app.decorateRequest('isAudited', false);
  app.addHook('preHandler', async (request) => {
    if (kindOf(request) === null) return;
    try {
      trail.assertWritable();
    } catch (error) {
      request.isAudited = true;
      throw error;
    }
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const kind = kindOf(request);
    if (kind === null || request.isAudited || isUnknown(request, reply.statusCode)) return payload;
    request.isAudited = true;
    const recorded = trail.record(auditEntryOf(request, { kind, status: reply.statusCode, atMs: now() }));
    if (!isKnown(request) && reply.statusCode >= 400) {
      // A login that was refused: whoever tries may not learn from the wait that there is such a user.
      recorded.catch((error: unknown) =>
        request.log.error({ err: error }, 'a refused login is not recorded yet'),
      );
      return payload;
    }
    try {
      await recorded;
    } catch (error) {
      request.log.error({ err: error, route: request.routeOptions.url }, 'a request is not recorded yet');
      // Of a refusal nothing is told that would have to wait; the entry is written when the ledger is back.
      if (reply.statusCode >= 400) return payload;
      if (payload instanceof Readable) payload.destroy();
      reply.removeHeader('content-disposition');
      throw error;
    }
    return payload;
  });
}

/** For a handler: what it knows of its request that the plugin does not. */
export function noteForAudit(request: FastifyRequest, note: AuditNote): void {
  const { said, ...others } = note;
  const saidBefore = request.auditNote?.said ?? {};
  request.auditNote = { ...request.auditNote, ...others, said: { ...saidBefore, ...said } };
}

/** The entry of a request as it stands; `who` may be said by whoever just learnt it. */
export function auditEntryOf(
  request: FastifyRequest,
  { kind, status, atMs, who }: Pick<AuditEntry, 'kind' | 'status' | 'atMs'> & { readonly who?: string },
): AuditEntry {
  const { principal, auditNote, method, routeOptions, ip } = request;
  const machine = request.machineCaller?.machine;
  const said = { ...saidOf(request), ...auditNote?.said };
  const merchantId = said['merchantId'];
  return {
    kind,
    who: who ?? machine?.id ?? principal?.userId ?? auditNote?.who ?? '',
    via: machine ? 'MACHINE' : 'API',
    from: ip,
    what: `${method} ${routeOptions.url ?? ''}`,
    status,
    merchants: auditNote?.merchants ?? (typeof merchantId === 'string' ? [merchantId] : []),
    actionId: auditNote?.actionId ?? '',
    said,
    atMs,
  };
}

function kindOf({ routeOptions }: FastifyRequest): AuditKind | null {
  const { audit } = routeOptions.config;
  return audit === undefined || audit === 'BY_ITSELF' || audit === 'EVENT_LOG' ? null : audit;
}

/** Whom nobody knows is refused, and may not fill the trail: the log of refusals is kept elsewhere. */
function isUnknown(request: FastifyRequest, status: number): boolean {
  return !isKnown(request) && request.auditNote?.who === undefined && status >= 400;
}

function isKnown({ principal, machineCaller }: FastifyRequest): boolean {
  return Boolean(principal) || Boolean(machineCaller);
}

function saidOf({ params, query, body }: FastifyRequest): AuditSaid {
  const said: { [name in AuditField]?: Json } = {};
  for (const part of [body, query, params]) {
    if (typeof part !== 'object' || part === null || part instanceof Readable) continue;
    const fields = new Map<string, unknown>(Object.entries(part));
    for (const name of RECORDED) {
      const value = fields.get(name);
      if (typeof value === 'string') said[name] = auditText(value);
    }
    const ids = fields.get('ids');
    if (Array.isArray(ids)) {
      said['ids'] = ids
        .slice(0, MOST_IDS)
        .filter((id) => typeof id === 'string')
        .map(auditText);
    }
  }
  return said;
}
