import type { ClickHouseClient } from '@clickhouse/client';
import type { Users } from '../../domain/accessPorts.ts';
import type { Role } from '../../domain/principal.ts';
import { ROLES } from '../../domain/principal.ts';
import type { User } from '../../domain/user.ts';
import { rowsOf } from './closeSql.ts';
import { timeText } from './tsv.ts';

const FIELDS = `user_id, toString(version) AS version, name, password_hash, roles, all_merchants, merchants, isvs,
  disabled, sealed_totp, created_by, toString(toUnixTimestamp64Milli(created_at)) AS created_ms,
  changed_by, toString(toUnixTimestamp64Milli(changed_at)) AS changed_ms`;

export function clickHouseUsers(client: ClickHouseClient): Users {
  return {
    async byId(userId) {
      const [row] = await rowsOf<UserRow>(
        client,
        `SELECT ${FIELDS} FROM users FINAL WHERE user_id = {user:String} ORDER BY users.version DESC LIMIT 1`,
        { user: userId },
      );
      return row ? userOf(row) : null;
    },
    async all() {
      const rows = await rowsOf<UserRow>(
        client,
        `SELECT ${FIELDS} FROM users FINAL ORDER BY user_id, users.version DESC LIMIT 1 BY user_id`,
      );
      return rows.map(userOf);
    },
    async save(user) {
      const row = {
        user_id: user.userId,
        version: user.version.toString(),
        name: user.name,
        password_hash: user.passwordHash,
        roles: user.roles,
        all_merchants: user.reach === null,
        merchants: user.reach?.merchants ?? [],
        isvs: user.reach?.isvs ?? [],
        disabled: user.disabled,
        sealed_totp: user.sealedTotp,
        created_by: user.createdBy,
        created_at: timeText(user.createdAtMs),
        changed_by: user.changedBy,
        changed_at: timeText(user.changedAtMs),
      };
      await client.insert({ table: 'users', values: [row], format: 'JSONEachRow' });
    },
  };
}

type UserRow = {
  readonly user_id: string;
  readonly version: string;
  readonly name: string;
  readonly password_hash: string;
  readonly roles: readonly string[];
  readonly all_merchants: boolean;
  readonly merchants: readonly string[];
  readonly isvs: readonly string[];
  readonly disabled: boolean;
  readonly sealed_totp: string;
  readonly created_by: string;
  readonly created_ms: string;
  readonly changed_by: string;
  readonly changed_ms: string;
};

function userOf(row: UserRow): User {
  return {
    userId: row.user_id,
    version: BigInt(row.version),
    name: row.name,
    passwordHash: row.password_hash,
    // A role of a later version is none here.
    roles: row.roles.flatMap((said): Role[] => ROLES.filter((role) => role === said)),
    reach: row.all_merchants ? null : { merchants: row.merchants, isvs: row.isvs },
    disabled: row.disabled,
    sealedTotp: row.sealed_totp,
    createdBy: row.created_by,
    createdAtMs: Number(row.created_ms),
    changedBy: row.changed_by,
    changedAtMs: Number(row.changed_ms),
  };
}
