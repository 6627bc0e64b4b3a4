import { relative } from 'node:path';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** Files that took 40 s and more in a whole run on two cores. One of them begun at the end keeps everybody waiting. */
const LONG: readonly string[] = [
  'test/healing/endToEnd.test.ts',
  'test/resolution/kills.test.ts',
  'test/production/day.test.ts',
  'test/production/sharing.test.ts',
  'test/watch/incidents.test.ts',
  'test/redis/cluster.test.ts',
  'test/faults/kills.test.ts',
  'test/watch/slowFindings.test.ts',
  'test/watch/pipeline.test.ts',
  'test/healing/budget.test.ts',
  'test/integration/start.test.ts',
  'test/integration/simulatorClose.test.ts',
  'test/season/season.test.ts',
  'test/resolution/likelyCausePrecision.test.ts',
  'test/resolution/money.test.ts',
  'test/healing/kills.test.ts',
  'test/redis/sentinel.test.ts',
  'test/outputs/verdicts.test.ts',
  'test/integration/midnight.test.ts',
];

/** Without a record of earlier runs vitest begins with the largest files, which says little about how long they take. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId, project }: TestSpecification): boolean =>
      LONG.includes(relative(project.config.root, moduleId));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
