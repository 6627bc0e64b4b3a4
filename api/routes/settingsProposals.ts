import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ListedProposal, ProposalDesk } from '../../domain/settingsProposals.ts';
import { PROPOSAL_STATES } from '../../domain/settingsProposals.ts';
import { principalOf } from '../access.ts';
import { noteForAudit } from '../auditTrail.ts';
import { IdempotencyHeaders } from '../moneyRequest.ts';
import { problems } from '../problem.ts';
import { Instant, Note, NullableText, oneOf } from '../schemas.ts';
import { ChangeBody, diffJson, DiffSchema, hospitalsOf, revisionJson, RevisionSchema } from './settings.ts';

const MOST_PROPOSALS = 100;

const ProposalSchema = Type.Object({
  proposalId: Type.String(),
  state: {
    ...oneOf(PROPOSAL_STATES),
    description: 'OUTDATED: settings or the file have changed since, and nobody can agree to it any more',
  },
  base: Type.Integer({ description: 'the revision that it was made on' }),
  at: Instant,
  by: Type.String(),
  reason: Type.String(),
  changes: Type.Array(DiffSchema),
  decidedBy: { ...NullableText, description: 'who agreed, refused or withdrew it' },
  decidedAt: Type.Union([Instant, Type.Null()]),
  note: { ...Type.String(), description: 'of whoever decided' },
});
const Params = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{32}$' }) });
const AgreeBody = Type.Object(
  { note: Type.Optional(Type.String({ maxLength: 1000 })) },
  { additionalProperties: false, examples: [{ note: '已核对限额' }] },
);
const RefuseBody = Type.Object(
  { note: Note },
  { additionalProperties: false, examples: [{ note: '限额过高' }] },
);

/** Settings that let the system refund more by itself: one administrator proposes, another one agrees. */
export function settingsProposalRoutes(desk: ProposalDesk): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/settings/proposals',
      {
        config: { access: ['admin', 'auditor'] },
        schema: {
          tags: ['system'],
          summary: 'Settings that wait for a second administrator or did, the newest first (待同意的设置)',
          querystring: Type.Object(
            { limit: Type.Integer({ minimum: 1, maximum: MOST_PROPOSALS, default: 50 }) },
            { additionalProperties: false },
          ),
          response: { 200: Type.Object({ items: Type.Array(ProposalSchema) }), ...problems(401, 403) },
        },
      },
      async (request) => {
        const proposals = await desk.list(principalOf(request), request.query.limit);
        return { items: proposals.map(proposalJson) };
      },
    );

    app.post(
      '/settings/proposals',
      {
        config: { access: ['admin'], audit: 'CONFIG_CHANGE' },
        schema: {
          tags: ['system'],
          summary: 'Proposes a change that another administrator has to agree to (申请修改设置)',
          headers: IdempotencyHeaders,
          body: ChangeBody,
          response: { 200: ProposalSchema, ...problems(401, 403, 404, 409, 422) },
        },
      },
      async (request) => {
        const { changes } = request.body;
        const paths = changes.map(({ path }) => path);
        noteForAudit(request, { merchants: hospitalsOf(paths), said: { paths } });
        const key = String(request.headers['idempotency-key']);
        const proposal = await desk.propose(principalOf(request), { ...request.body, key });
        noteForAudit(request, {
          said: { proposal: proposal.proposalId, changes: proposal.changes.map(diffJson) },
        });
        return proposalJson(proposal);
      },
    );

    app.post(
      '/settings/proposals/:id/agree',
      {
        config: { access: ['admin'], movesMoney: true, audit: 'CONFIG_CHANGE' },
        schema: {
          tags: ['system'],
          summary: 'A second administrator agrees, and the settings count within seconds (同意设置申请)',
          description: 'Nobody agrees to their own, and to none that is OUTDATED.',
          params: Params,
          body: AgreeBody,
          response: { 200: RevisionSchema, ...problems(401, 403, 404, 409, 422) },
        },
      },
      async (request) => {
        const answer = { proposalId: request.params.id, note: request.body.note ?? '' };
        const made = await desk.agree(principalOf(request), answer);
        noteForAudit(request, {
          merchants: hospitalsOf(made.changes.map(({ path }) => path)),
          said: { revision: made.revision, proposedBy: made.by, changes: made.changes.map(diffJson) },
        });
        return revisionJson(made);
      },
    );

    app.post(
      '/settings/proposals/:id/refuse',
      {
        config: { access: ['admin'], audit: 'CONFIG_CHANGE' },
        schema: {
          tags: ['system'],
          summary: 'A second administrator refuses; settings stay as they are (驳回设置申请)',
          params: Params,
          body: RefuseBody,
          response: { 200: ProposalSchema, ...problems(401, 403, 404, 409) },
        },
      },
      async (request) => {
        const answer = { proposalId: request.params.id, note: request.body.note };
        const refused = await desk.refuse(principalOf(request), answer);
        noteForAudit(request, { merchants: hospitalsIn(refused), said: { proposedBy: refused.by } });
        return proposalJson(refused);
      },
    );

    app.post(
      '/settings/proposals/:id/withdraw',
      {
        config: { access: ['admin'], audit: 'CONFIG_CHANGE' },
        schema: {
          tags: ['system'],
          summary: 'Whoever proposed it takes it back (撤回设置申请)',
          params: Params,
          response: { 200: ProposalSchema, ...problems(401, 403, 404, 409) },
        },
      },
      async (request) => {
        const withdrawn = await desk.withdraw(principalOf(request), {
          proposalId: request.params.id,
          note: '',
        });
        noteForAudit(request, { merchants: hospitalsIn(withdrawn) });
        return proposalJson(withdrawn);
      },
    );
  };
}

function hospitalsIn({ changes }: ListedProposal): readonly string[] {
  return hospitalsOf(changes.map(({ path }) => path));
}

function proposalJson({ proposalId, state, base, atMs, by, reason, changes, decision }: ListedProposal) {
  return {
    proposalId,
    state,
    base,
    at: new Date(atMs).toISOString(),
    by,
    reason,
    changes: [...changes],
    decidedBy: decision?.by ?? null,
    decidedAt: decision === null ? null : new Date(decision.atMs).toISOString(),
    note: decision?.note ?? '',
  };
}
