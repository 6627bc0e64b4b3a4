import type { ReadinessCheck } from '../../domain/apiPorts.ts';
import { DuizhangError } from '../../domain/errors.ts';

const ANSWERS_WITHIN_MS = 1_500;

/** @param url of the pipeline's own health server */
export function pipelineCheck(url: string): ReadinessCheck {
  return {
    part: 'pipeline',
    check: async () => {
      const answer = await ask(`${url}/readyz`);
      const text = await answer.text();
      if (!answer.ok) throw new DuizhangError('DZ_NOT_READY', text.trim().slice(0, 500));
    },
  };
}

/** A pipeline that is away leaves our own metrics standing; /readyz names it. */
export async function pipelineMetrics(url: string): Promise<string> {
  try {
    const answer = await ask(`${url}/metrics`);
    return answer.ok ? await answer.text() : '';
  } catch (error) {
    return `# the pipeline does not answer: ${String(error)}\n`;
  }
}

async function ask(url: string): Promise<Response> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
  } catch (error) {
    // "fetch failed" says nothing; what it is caused by does.
    throw error instanceof Error && error.cause instanceof Error ? error.cause : error;
  }
}
