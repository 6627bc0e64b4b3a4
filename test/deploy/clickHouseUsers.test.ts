import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { migrate } from '../../adapters/clickhouse/migrate.ts';
import { startEngine } from '../services/index.ts';

const textOf = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const USERS = textOf('deploy/compose/clickhouse/users.xml');

/** Passwords and secrets of people, what they did and set: for the program, and for auditors through it. */
const NOT_FOR_ANALYSTS = new Set([
  'users',
  'v_users',
  'audit_trail',
  'v_audit_trail',
  'settings',
  'settings_proposals',
  'schema_migrations',
]);

function mayRead(user: string): readonly string[] {
  const [, block = ''] = new RegExp(`<${user}>([^]*?)</${user}>`).exec(USERS) ?? [];
  return Array.from(block.matchAll(/GRANT SELECT ON duizhang\.(\w+)</g), ([, name = '']) => name);
}

test('analysts read every table but those of people and their passwords', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'dz-users-'));
  const engine = await startEngine({ dir });
  try {
    await migrate(engine.url);
    const client = connectClickHouse(engine.url);
    const answer = await client.query({
      query: 'SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name',
      format: 'JSONEachRow',
    });
    const tables = (await answer.json<{ readonly name: string }>()).map(({ name }) => name);
    await client.close();
    expect(mayRead('analyst')).toEqual(tables.filter((name) => !NOT_FOR_ANALYSTS.has(name)));
  } finally {
    await engine.stop();
    await rm(dir, { recursive: true, force: true });
  }
}, 60_000);

test('Grafana reads what its panels read', () => {
  const granted = textOf('dashboards/provisioning/clickhouse/grafanaGrants.sql').matchAll(
    /GRANT SELECT ON duizhang\.(\w+) TO grafana/g,
  );
  expect(mayRead('grafana')).toEqual(Array.from(granted, ([, name]) => name));
});
