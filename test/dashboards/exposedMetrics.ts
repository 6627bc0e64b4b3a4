import fastify from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { timeRequests } from '../../api/httpMetrics.ts';
import { pipelineMetrics } from '../../pipeline/metrics.ts';

export type Exposed = {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** Those that its values can have. */
  readonly labels: readonly string[];
};

/** Every metric that /metrics gives, as the registries of the pipeline and of the API say. */
export async function exposedMetrics(): Promise<readonly Exposed[]> {
  const api = new Registry();
  collectDefaultMetrics({ register: api, prefix: 'duizhang_api_' });
  const app = fastify();
  timeRequests(app, api);
  await app.close();
  const pipeline = pipelineMetrics().registry;
  const found = [...(await pipeline.getMetricsAsJSON()), ...(await api.getMetricsAsJSON())];
  return found.map(({ name, type, help }) => ({
    name,
    type: String(type),
    help,
    labels: labelsOf(pipeline.getSingleMetric(name) ?? api.getSingleMetric(name)),
  }));
}

function labelsOf(metric: unknown): readonly string[] {
  if (typeof metric !== 'object' || metric === null || !('labelNames' in metric)) return [];
  return Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : [];
}

/** The names of series: a histogram has three, a summary as many. */
export function seriesOf({ name, type }: Exposed): readonly string[] {
  if (type === 'histogram') return [`${name}_bucket`, `${name}_sum`, `${name}_count`];
  return type === 'summary' ? [name, `${name}_sum`, `${name}_count`] : [name];
}
