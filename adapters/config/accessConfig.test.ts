import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { namedSecrets } from '../sources/namedSecrets.ts';
import { loadConfig } from './loadConfig.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-access-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function accessIn(text: string) {
  const path = join(dir, 'duizhang.config.yaml');
  writeFileSync(path, `merchants: [{ id: H001, name: x, channels: { WECHAT: '1' } }]\n${text}`);
  return loadConfig(path).access;
}

const OIDC = 'issuer: https://login.example, audience: dz, rolesClaim: a.b, scopeClaim: scope';

test('without a word nothing demands a fresh login, and the demo has its users', () => {
  expect(accessIn('')).toEqual({ freshLoginMs: null, hasDemoUsers: true, oidc: null });
  expect(accessIn('access: { freshLogin: never, demoUsers: on }')).toEqual(accessIn(''));
});

test('access is read', () => {
  const text = `access: { freshLogin: 15m, demoUsers: off, oidc: { ${OIDC}, roles: { x: operator } } }`;
  expect(accessIn(text)).toMatchObject({
    freshLoginMs: 900_000,
    hasDemoUsers: false,
    oidc: { issuer: 'https://login.example', roles: { x: 'operator' } },
  });
});

test('the login of a provider names its client and where the console is', () => {
  const login = 'clientId: c, keyEnv: OIDC, address: https://dz.example, userClaim: preferred_username';
  const path = join(dir, 'duizhang.config.yaml');
  accessIn(`access: { oidc: { ${OIDC}, login: { ${login} } } }`);
  const { oidcLogin } = loadConfig(path);
  expect(oidcLogin?.raw).toMatchObject({ clientId: 'c', keyEnv: 'OIDC', userClaim: 'preferred_username' });
  const secrets = namedSecrets(loadConfig(path), {});
  expect(secrets.map(({ at, raw }) => [at, raw.keyEnv])).toEqual([['access oidc.login', 'OIDC']]);
});

test.each([
  [`access: { oidc: { ${OIDC}, login: { clientId: c } } }`, /lacks address/],
  [`access: { oidc: { ${OIDC}, login: { clientId: c, address: 'http://dz.example' } } }`, /address/],
  [`access: { oidc: { ${OIDC}, login: { clientId: c, address: 'https://dz.example/console' } } }`, /address/],
  [
    `access: { oidc: { ${OIDC}, login: { clientId: c, address: https://dz.example, scope: profile } } }`,
    /scope/,
  ],
  [
    `access: { oidc: { ${OIDC}, login: { clientId: c, address: https://dz.example, keyEnv: A, keyFile: b } } }`,
    /keyFile or keyEnv, not both/,
  ],
  ['access: { freshLogin: soon }', /freshLogin/],
  ['access: { demoUsers: maybe }', /on, off/],
  [`access: { oidc: { ${OIDC.replace('https', 'http')} } }`, /issuer/],
  [`access: { oidc: { ${OIDC}, jwksUri: 'http://login.example/jwks' } }`, /jwksUri/],
  [`access: { oidc: { ${OIDC}, roles: { x: boss } } }`, /roles/],
  [`access: { oidc: { issuer: https://login.example } }`, /lacks/],
  ['access: { oidc: { ' + OIDC + ', secret: x } }', /not known/],
])('%s is refused', (text, why) => {
  expect(() => accessIn(text)).toThrow(why);
});
