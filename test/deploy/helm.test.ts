import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const CHART = fileURLToPath(new URL('../../deploy/helm', import.meta.url));
const run = promisify(execFile);
const HAS_HELM = spawnSync('helm', ['version']).status === 0;
if (!HAS_HELM) process.stderr.write('helm is not installed: the chart is not rendered by the tests\n');

const EVERYTHING = [
  'ingress.enabled=true',
  'ingress.host=duizhang.example.cn',
  'ingress.tlsSecretName=tls',
  'api.autoscaling.enabled=true',
  'configSecretsName=keys',
  'clickhouseCluster=books',
  'networkPolicy.from[0].app=proxy',
  'networkPolicy.metricsFrom[0].app=prometheus',
  'pipeline.shared=true',
  'pipeline.autoscaling.enabled=true',
].flatMap((value) => ['--set', value]);

type Doc = { readonly kind: string; readonly spec?: { readonly template?: { readonly spec: PodSpec } } };
type PodSpec = {
  readonly securityContext: object;
  readonly containers: readonly { readonly resources: object; readonly securityContext: object }[];
};

async function rendered(...args: readonly string[]): Promise<readonly Doc[]> {
  const { stdout } = await run('helm', ['template', 'rel', CHART, ...args]);
  return parseAllDocuments(stdout).flatMap((doc): Doc[] => {
    expect(doc.errors).toEqual([]);
    const value: Doc | null = doc.toJS();
    return value === null ? [] : [value];
  });
}

test.runIf(HAS_HELM)('the chart is linted and renders, bare and with everything', async () => {
  await run('helm', ['lint', '--strict', CHART]);
  const kinds = async (...args: readonly string[]) =>
    (await rendered(...args)).map(({ kind }) => kind).toSorted();
  expect(await kinds()).toEqual([
    'ConfigMap',
    'Deployment',
    'Deployment',
    'NetworkPolicy',
    'NetworkPolicy',
    'PersistentVolumeClaim',
    'PodDisruptionBudget',
    'Service',
    'Service',
  ]);
  const all = await kinds(...EVERYTHING);
  for (const kind of ['HorizontalPodAutoscaler', 'PodDisruptionBudget'])
    expect(all.filter((one) => one === kind)).toHaveLength(2);
  await expect(rendered('--set', 'pipeline.replicas=2')).rejects.toThrow(/a log in Kafka/);
});

test.runIf(HAS_HELM)(
  'every pod runs as no root, with nothing to write but its volumes, within limits',
  async () => {
    const pods = (await rendered(...EVERYTHING)).flatMap(({ spec }) =>
      spec?.template ? [spec.template.spec] : [],
    );
    expect(pods).toHaveLength(2);
    for (const { securityContext, containers } of pods) {
      expect(securityContext).toMatchObject({ runAsNonRoot: true });
      for (const container of containers) {
        expect(container.resources).toHaveProperty('limits.memory');
        expect(container.securityContext).toMatchObject({
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
        });
      }
    }
  },
);

test('the chart is of this version', () => {
  const { version } = JSON.parse(readFileSync(`${CHART}/../../package.json`, 'utf8'));
  const chart = parse(readFileSync(`${CHART}/Chart.yaml`, 'utf8'));
  expect([chart.version, chart.appVersion]).toEqual([version, version]);
  expect(parse(readFileSync(`${CHART}/values.yaml`, 'utf8')).image.tag).toBe(version);
});
