import type { ClickHouseClient } from '@clickhouse/client';
import type { SettingsRevision, SettingsStore } from '../../domain/settings.ts';
import { overlayJson, readDiff, readOverlay } from '../config/settingsJson.ts';
import { rowsOf } from './closeSql.ts';
import { timeText } from './tsv.ts';

const FIELDS = `toString(revision) AS revision_text, change_id, toString(toUnixTimestamp64Milli(changed_at)) AS changed_ms,
  changed_by, agreed_by, reason, file_sha256, changes, overlay`;
const NEWEST_FIRST =
  'ORDER BY settings.revision DESC, settings.changed_at DESC, change_id LIMIT 1 BY settings.revision';

export function clickHouseSettings(client: ClickHouseClient): SettingsStore {
  return {
    async latest() {
      const [row] = await rowsOf<SettingsRow>(
        client,
        `SELECT ${FIELDS} FROM settings FINAL ${NEWEST_FIRST} LIMIT 1`,
      );
      return row ? revisionOf(row) : null;
    },
    async byChange(changeId) {
      const query = `SELECT * FROM (SELECT ${FIELDS} FROM settings FINAL ${NEWEST_FIRST}) WHERE change_id = {change:String}`;
      const [row] = await rowsOf<SettingsRow>(client, query, { change: changeId });
      return row ? revisionOf(row) : null;
    },
    async history(before, limit) {
      const condition = before === null ? '' : 'WHERE settings.revision < {before:UInt64}';
      const rows = await rowsOf<SettingsRow>(
        client,
        `SELECT ${FIELDS} FROM settings FINAL ${condition} ${NEWEST_FIRST} LIMIT {limit:UInt32}`,
        { limit: String(limit), ...(before === null ? {} : { before: String(before) }) },
      );
      return rows.map(revisionOf);
    },
    async append({ revision, changeId, atMs, by, agreedBy, reason, fileSha256, changes, overlay }) {
      const row = {
        revision: String(revision),
        change_id: changeId,
        changed_at: timeText(atMs),
        changed_by: by,
        agreed_by: agreedBy ?? '',
        reason,
        file_sha256: fileSha256,
        changes: JSON.stringify(changes),
        overlay: JSON.stringify(overlayJson(overlay)),
      };
      await client.insert({ table: 'settings', values: [row], format: 'JSONEachRow' });
    },
  };
}

type SettingsRow = {
  readonly revision_text: string;
  readonly change_id: string;
  readonly changed_ms: string;
  readonly changed_by: string;
  readonly agreed_by: string;
  readonly reason: string;
  readonly file_sha256: string;
  readonly changes: string;
  readonly overlay: string;
};

function revisionOf(row: SettingsRow): SettingsRevision {
  return {
    revision: Number(row.revision_text),
    changeId: row.change_id,
    atMs: Number(row.changed_ms),
    by: row.changed_by,
    agreedBy: row.agreed_by === '' ? null : row.agreed_by,
    reason: row.reason,
    fileSha256: row.file_sha256,
    changes: readDiff(row.changes),
    overlay: readOverlay(row.overlay),
  };
}
