import { getContainerRuntimeClient } from 'testcontainers';

/** Whether an engine can run images here; tests that need one are skipped without, and that is said. */
export const hasDocker: boolean = await getContainerRuntimeClient().then(
  () => true,
  () => false,
);

if (!hasDocker) process.stderr.write('tests in containers are skipped: no Docker engine answers\n');
