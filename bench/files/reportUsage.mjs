// Loaded into a measured Node process (node --import): at its end it adds what it used to the file named in
// DUIZHANG_USAGE_FILE, one JSON line a process.
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const usage = { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakBytes: maxRSS * 1024 };
    appendFileSync(process.env.DUIZHANG_USAGE_FILE, `${JSON.stringify(usage)}\n`);
  });
}
