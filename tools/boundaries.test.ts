import { expect, test } from 'vitest';
import { boundaryViolations } from './boundaries.ts';

test.each([
  ['domain/money.ts', "import { readFileSync } from 'node:fs';"],
  ['domain/money.ts', "import Redis from 'ioredis';"],
  ['domain/money.ts', "import { x } from '../pipeline/join/hash.ts';"],
  ['pipeline/join/joiner.ts', "import {\n  a,\n  b,\n} from '../../adapters/redis/lease.ts';"],
  ['pipeline/join/joiner.ts', "const late = await import('../../adapters/redis/lease.ts');"],
  ['pipeline/join/joiner.ts', "import '../../cli/main.ts';"],
  ['adapters/files/csv.ts', "export { Tally } from '../../pipeline/reconcile/tally.ts';"],
  ['adapters/files/csv.ts', "import type { Command } from '../../cli/command.ts';"],
  ['api/routes/lists.ts', "import { connectClickHouse } from '../../adapters/clickhouse/client.ts';"],
  ['simulator/day.ts', "import { verdictOf } from '../domain/verdict.ts';"],
  ['simulator/main.ts', "import { hintDuplicates } from '../domain/duplicateHint.ts';"],
  ['console/parts/Money.tsx', "import { readFileSync } from 'node:fs';"],
  ['console/parts/Money.tsx', "import { hash } from '../../domain/merkle.ts';"],
  ['console/parts/Money.tsx', "import { buildApp } from '../../api/app.ts';"],
  ['simulator/day.ts', "import { Tally } from '../pipeline/reconcile/tally.ts';"],
])('%s is refused %s', (path, source) => {
  expect(boundaryViolations(path, source)).toHaveLength(1);
});

test.each([
  ['domain/merkle.ts', "import { createHash } from 'node:crypto';\nimport type { Entry } from './entry.ts';"],
  ['pipeline/main.ts', "import { startRedis } from '../adapters/process/redisServer.ts';"],
  ['pipeline/join/joiner.ts', "import { hash } from '../../pipeline/join/hash.ts';"],
  ['adapters/files/csv.test.ts', "import { Tally } from '../../pipeline/reconcile/tally.ts';"],
  ['cli/commands/close.ts', "import { closeDay } from '../../pipeline/close/closeDay.ts';"],
  [
    'console/parts/Money.tsx',
    "import { Tag } from 'antd';\nimport { yuanText } from '../../domain/alertText.ts';",
  ],
  [
    'simulator/day.ts',
    "import type { Entry } from '../domain/entry.ts';\nimport { writeFileSync } from 'node:fs';",
  ],
])('%s may have %s', (path, source) => {
  expect(boundaryViolations(path, source)).toEqual([]);
});
