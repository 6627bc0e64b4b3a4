import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { ClickHouseAuditTrail } from '../adapters/clickhouse/auditTrail.ts';
import { connectClickHouse } from '../adapters/clickhouse/client.ts';
import { redisAuditHeads } from '../adapters/redis/auditHeads.ts';
import { connectRedis } from '../adapters/redis/connect.ts';
import type { AuditedCommand } from './auditedCommands.ts';
import type { CommandIo } from './command.ts';
import { runningSystem } from './runningSystem.ts';

const LEDGER_ANSWERS_WITHIN_MS = 5_000;

/**
 * Records what a command is about to do, before it does it, by the user of the operating system. Without a system that
 * runs there is nothing that it could change.
 * @throws DZ_SYSTEM_AUDIT_AWAY: the command is not run
 */
export async function recordCommand(command: AuditedCommand, io: CommandIo): Promise<void> {
  const run = runningSystem(io);
  if (!run) return;
  const client = connectClickHouse(run.clickhouseUrl, LEDGER_ANSWERS_WITHIN_MS);
  const audit = connectRedis(run.auditUrl);
  const trail = new ClickHouseAuditTrail({
    client,
    heads: redisAuditHeads(audit),
    writer: `cli-${randomUUID()}`,
  });
  try {
    await trail.record({
      ...command,
      who: userInfo().username,
      via: 'CLI',
      from: hostname(),
      status: null,
      actionId: '',
      atMs: Date.now(),
    });
  } finally {
    await trail.close();
    audit.disconnect();
    await client.close();
  }
}
