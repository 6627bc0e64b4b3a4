import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Json } from '../../domain/canonicalJson.ts';
import { CHANNELS } from '../../domain/entry.ts';
import type { SettingDiff, SettingField, SettingsDesk, SettingsRevision } from '../../domain/settings.ts';
import { merchantOfSetting, SECOND_PEOPLE, SETTING_WARNINGS } from '../../domain/settings.ts';
import { checkReachesAll, principalOf } from '../access.ts';
import { noteForAudit } from '../auditTrail.ts';
import { IdempotencyHeaders } from '../moneyRequest.ts';
import { problems } from '../problem.ts';
import { Instant, MerchantId, NullableText, oneOf } from '../schemas.ts';

const MOST_CHANGES = 200;
const Path = Type.String({
  minLength: 2,
  maxLength: 160,
  description: 'JSON pointer; hospitals by id',
  examples: ['/merchants/H001/rules/window'],
});
const Value = Type.Unsafe<Json>({ description: 'as the configuration file has it; null: nothing is said' });
const Revision = Type.Integer({ minimum: 0, description: '0: nothing was ever set' });
const Wishes = Type.Array(
  Type.Object(
    {
      path: Path,
      value: Type.Optional({ ...Value, description: 'absent: the value of the file counts again' }),
    },
    { additionalProperties: false },
  ),
  { minItems: 1, maxItems: MOST_CHANGES },
);
const Base = { ...Revision, description: 'the revision that was looked at' };
const PreviewBody = Type.Object({ base: Base, changes: Wishes }, { additionalProperties: false });
export const ChangeBody = Type.Object(
  { base: Base, changes: Wishes, reason: Type.String({ minLength: 1, maxLength: 500 }) },
  {
    additionalProperties: false,
    examples: [
      { base: 3, changes: [{ path: '/merchants/H001/rules/window', value: '8m' }], reason: 'HIS 上送较慢' },
    ],
  },
);

const OverrideSchema = Type.Object({
  by: Type.String(),
  at: Instant,
  reason: Type.String(),
  revision: Type.Integer(),
  fileValue: { ...Value, description: 'what the file said then' },
  fileChanged: Type.Boolean({ description: 'the file says something else now' }),
});
const FieldSchema = Type.Object({
  path: Path,
  value: Value,
  inherited: { ...Value, description: 'what counts where value is null' },
  fileValue: Value,
  override: Type.Union([OverrideSchema, Type.Null()], { description: 'null: the file counts' }),
});
const HospitalSchema = Type.Object({
  merchantId: Type.String(),
  name: Type.String(),
  isv: NullableText,
  mode: oneOf(['THREE_WAY', 'TWO_WAY'] as const),
  channels: Type.Array(Type.Object({ channel: oneOf(CHANNELS), merchantNo: Type.String() })),
  lastDate: { ...NullableText, description: 'later dates are not closed by themselves; null: it stays' },
  isMadeHere: Type.Boolean({ description: 'made in the console: the file has none of its id' }),
  overrides: Type.Integer({ description: 'how many of its settings are set in the console' }),
});
const ViewSchema = Type.Object({
  revision: Revision,
  file: Type.String(),
  fileSha256: Type.String(),
  fault: Type.Union([Type.Object({ message: Type.String(), messageZh: Type.String() }), Type.Null()], {
    description: 'why the file no longer fits what is set; null: it fits',
  }),
  hospitals: Type.Array(HospitalSchema),
  fields: Type.Array(FieldSchema),
  contacts: Type.Array(Type.String()),
  idle: Type.Array(Path, { description: 'set, but the file has nothing any more that it could be set of' }),
});
export const DiffSchema = Type.Object({
  path: Path,
  before: Value,
  after: Value,
  fileValue: Value,
  inherited: Value,
  takenBack: Type.Boolean({ description: 'the file counts again' }),
});
const PreviewSchema = Type.Object({
  diff: Type.Array(DiffSchema),
  warnings: Type.Array(
    Type.Object({ code: oneOf(SETTING_WARNINGS), paths: Type.Array(Type.String()), detail: Type.String() }),
  ),
  second: {
    ...oneOf(SECOND_PEOPLE),
    description:
      'NEEDED: another administrator has to agree (POST /api/v1/settings/proposals). NOBODY: one has to, and there is none: the configuration file is the way',
  },
});
export const RevisionSchema = Type.Object({
  revision: Type.Integer(),
  at: Instant,
  by: Type.String(),
  agreedBy: { ...NullableText, description: 'the second administrator; null: nobody had to agree' },
  reason: Type.String(),
  fileSha256: Type.String(),
  changes: Type.Array(DiffSchema),
});

const SEES = ['admin', 'auditor'] as const;

/** What administrators set on top of the configuration's file. */
export function settingsRoutes(desk: SettingsDesk): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/settings',
      {
        config: { access: SEES },
        schema: {
          tags: ['system'],
          summary: 'Settings that count, where each comes from, and what the file says (系统设置)',
          querystring: Type.Object(
            { merchantId: Type.Optional({ ...MerchantId, description: 'absent: those of all hospitals' }) },
            { additionalProperties: false },
          ),
          response: { 200: ViewSchema, ...problems(401, 403, 404) },
        },
      },
      async (request) => {
        const view = await desk.view(principalOf(request), request.query.merchantId ?? null);
        return {
          ...view,
          fields: view.fields.map(fieldJson),
          hospitals: view.hospitals.map((hospital) => ({
            ...hospital,
            channels: hospital.channels.flatMap(({ channel: said, merchantNo }) =>
              CHANNELS.filter((channel) => channel === said).map((channel) => ({ channel, merchantNo })),
            ),
          })),
          contacts: [...view.contacts],
          idle: [...view.idle],
        };
      },
    );

    app.post(
      '/settings/preview',
      {
        config: { access: ['admin'] },
        schema: {
          tags: ['system'],
          summary:
            'Checks a change of settings, and shows what it comes to; nothing is changed (预览设置修改)',
          body: PreviewBody,
          response: { 200: PreviewSchema, ...problems(401, 403, 404, 409, 422) },
        },
      },
      async (request) => {
        const { diff, warnings, second } = await desk.preview(principalOf(request), request.body);
        return {
          diff: [...diff],
          warnings: warnings.map((one) => ({ ...one, paths: [...one.paths] })),
          second,
        };
      },
    );

    app.post(
      '/settings',
      {
        config: { access: ['admin'], audit: 'CONFIG_CHANGE' },
        schema: {
          tags: ['system'],
          summary: 'Changes settings, in every process within seconds (修改设置)',
          description: 'What lets the system refund more by itself is proposed instead: DZ_SETTINGS_SECOND.',
          headers: IdempotencyHeaders,
          body: ChangeBody,
          response: { 200: RevisionSchema, ...problems(401, 403, 404, 409, 422) },
        },
      },
      async (request) => {
        const { changes, ...wish } = request.body;
        const asked = changes.map(({ path }) => path);
        noteForAudit(request, { merchants: hospitalsOf(asked), said: { paths: asked } });
        const changeId = String(request.headers['idempotency-key']);
        const made = await desk.change(principalOf(request), { ...wish, changes, changeId });
        noteForAudit(request, { said: { revision: made.revision, changes: made.changes.map(diffJson) } });
        return revisionJson(made);
      },
    );

    app.get(
      '/settings/history',
      {
        config: { access: SEES },
        schema: {
          tags: ['system'],
          summary: 'Who changed which setting, when and why, the newest first (设置变更记录)',
          querystring: Type.Object(
            {
              before: Type.Optional(Type.Integer({ minimum: 1, description: 'revisions below this one' })),
              limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
            },
            { additionalProperties: false },
          ),
          response: {
            200: Type.Object({
              items: Type.Array(RevisionSchema),
              nextBefore: Type.Union([Type.Integer(), Type.Null()], {
                description: 'send it back as before; null: this was the last',
              }),
            }),
            ...problems(401, 403),
          },
        },
      },
      async (request) => {
        const { before = null, limit } = request.query;
        const revisions = await desk.history(principalOf(request), before, limit);
        return {
          items: revisions.filter(({ changes }) => changes.length > 0).map(revisionJson),
          nextBefore: revisions.length < limit ? null : (revisions.at(-1)?.revision ?? null),
        };
      },
    );

    app.get(
      '/settings/export',
      {
        config: { access: SEES, audit: 'EXPORT' },
        schema: {
          tags: ['system'],
          summary: 'The configuration file with all settings in it, as YAML (导出配置)',
          response: { 200: Type.String(), ...problems(401, 403, 422) },
        },
      },
      async (request, reply) => {
        checkReachesAll(request);
        noteForAudit(request, { said: { list: 'settings' } });
        const text = await desk.exported();
        void reply.header('content-disposition', 'attachment; filename="duizhang.config.yaml"');
        return reply.type('application/yaml; charset=utf-8').send(text);
      },
    );
  };
}

function fieldJson({ override, ...field }: SettingField) {
  if (override === null) return { ...field, override };
  const { atMs, ...about } = override;
  return { ...field, override: { ...about, at: new Date(atMs).toISOString() } };
}

export function revisionJson({ atMs, changes, ...made }: SettingsRevision) {
  const { revision, by, agreedBy, reason, fileSha256 } = made;
  const at = new Date(atMs).toISOString();
  return { revision, at, by, agreedBy, reason, fileSha256, changes: [...changes] };
}

/** As the audit trail takes it: its numbers are whole. */
export function diffJson({ path, before, after, takenBack }: SettingDiff): Json {
  return { path, before: JSON.stringify(before), after: JSON.stringify(after), takenBack };
}

export function hospitalsOf(paths: readonly string[]): readonly string[] {
  const hospitals = paths.map(merchantOfSetting);
  return [...new Set(hospitals.filter((merchantId) => merchantId !== null))];
}
