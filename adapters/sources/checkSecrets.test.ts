import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { configCommand } from '../../cli/commands/config.ts';
import { weaknessOf } from './secrets.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-check-secrets-'));
const program = join(import.meta.dirname, '../..');
const inProgram = join(program, `.check-secrets-${process.pid}.key`);
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
  rmSync(inProgram, { force: true });
});

const [ONE, TWO] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

function secret(path: string, text: string, mode = 0o600): void {
  writeFileSync(path, `${text}\n`);
  chmodSync(path, mode);
}
secret(join(dir, 'one.key'), ONE);
secret(join(dir, 'two.key'), TWO);
secret(join(dir, 'open.key'), TWO, 0o604);
secret(join(dir, 'group.key'), TWO, 0o640);
secret(join(dir, 'writable.key'), TWO, 0o620);
secret(join(dir, 'text.key'), Buffer.from('correct horse battery staple and more').toString('base64'));
secret(join(dir, 'rsa.pem'), String(rsa.export({ type: 'pkcs8', format: 'pem' })));
secret(inProgram, TWO);
mkdirSync(join(dir, 'mounted'));
secret(join(dir, 'mounted', 'only-there.key'), TWO);

type Said = {
  readonly code: number;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly text: string;
};

async function check(lines: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Said> {
  const merchant = (id: string, more: string): string =>
    `  - { id: ${id}, name: x, channels: { WECHAT: '${id}' }${more} }`;
  const [sources = '', others = '', ...top] = lines;
  writeFileSync(
    join(dir, 'c.yaml'),
    ['merchants:', merchant('H1', sources), merchant('H2', others), ...top, ''].join('\n'),
  );
  let text = '';
  const io = {
    cwd: dir,
    env,
    stdout: (said: string) => void (text += said),
    stderr: (said: string) => void (text += said),
  };
  const code = await configCommand.run(['check', 'c.yaml', '--json'], io);
  const { errors, warnings } = JSON.parse(text);
  return { code, errors, warnings, text };
}

const hdp = (file: string): string => `, sources: { hdp: { url: 'http://x', keyId: k, keyFile: ${file} } }`;
const wechat = (mchid: string): string =>
  `, sources: { wechat: { mchid: '${mchid}', serialNo: S, keyFile: rsa.pem, platformKeys: [{ serialNo: P, file: rsa.pem }] } }`;
const front = (file: string): string =>
  `machines: [{ id: front, merchants: [H1], keys: [{ keyFile: ${file} }] }]`;

test('secrets that are as they should be are no finding', async () => {
  expect(await check([hdp('one.key'), '', front('two.key')])).toMatchObject({
    code: 0,
    errors: [],
    warnings: [],
  });
});

test.each([
  ['is not there', [hdp('none.key')], /c\.yaml:2: .*none\.key cannot be read \(ENOENT\)/],
  ['is readable by everybody', [hdp('open.key')], /everybody may read .*open\.key/],
  ['is writable by others', [hdp('writable.key')], /others may write .*writable\.key/],
  ['is a text', [hdp('text.key')], /a text that somebody has thought of/],
  ['stands at two places', [hdp('one.key'), hdp('one.key')], /^H1 hdp and H2 hdp have the same key/],
  [
    'is a machine’s and ours',
    [hdp('one.key'), '', front('one.key')],
    /^H1 hdp and machine front keys\.0 have the same key/,
  ],
])('a key that %s is an error', async (_, lines, message) => {
  const said = await check(lines);
  expect([said.code, said.errors]).toEqual([2, expect.arrayContaining([expect.stringMatching(message)])]);
  for (const key of [ONE, TWO]) expect(said.text).not.toContain(key);
});

test('a key of the group, or in the folder of the program, is a warning', async () => {
  const said = await check([hdp('group.key'), '', front('one.key')]);
  expect([said.code, said.warnings]).toEqual([0, [expect.stringMatching(/the group may read .*group\.key/)]]);
  expect((await check([hdp(inProgram)])).warnings).toEqual([
    expect.stringMatching(/lies in the folder of this program/),
  ]);
});

test('one private key may serve hospitals of one service provider; under two ids it is a warning', async () => {
  expect((await check([wechat('1900'), wechat('1900')])).warnings).toEqual([]);
  expect((await check([wechat('1900'), wechat('1901')])).warnings).toEqual([
    expect.stringMatching(/^H1 wechat and H2 wechat have the same secret under different ids/),
  ]);
});

test('keys of an S3 store that everybody knows are an error', async () => {
  const archive = "archive: { s3: { endpoint: 'http://x', bucket: bills } }";
  const env = { DUIZHANG_S3_ACCESS_KEY: 'minioadmin', DUIZHANG_S3_SECRET_KEY: 'short' };
  expect((await check(['', '', archive], env)).errors).toEqual([
    expect.stringMatching(/ACCESS_KEY is a default/),
    expect.stringMatching(/SECRET_KEY has fewer than 16/),
  ]);
});

test('with a folder of secrets mounted, keys are looked for there', async () => {
  expect((await check([hdp('only-there.key')])).code).toBe(2);
  expect(
    (await check([hdp('only-there.key')], { DUIZHANG_SECRETS_DIR: join(dir, 'mounted') })).errors,
  ).toEqual([]);
});

test.each([
  ['counts', Buffer.from(Array.from({ length: 32 }, (_, n) => n))],
  ['counts', Buffer.from(Array.from({ length: 32 }, (_, n) => (255 - 3 * n) & 0xff))],
  ['repeats', Buffer.concat([randomBytes(16), Buffer.alloc(0)].flatMap((half) => [half, half]))],
  ['counts', Buffer.alloc(32)],
  ['16 bytes', randomBytes(16)],
  ['differ', Buffer.concat([Buffer.alloc(20), randomBytes(12)])],
])('a key that %s is weak', (why, key) => {
  expect(weaknessOf(key)).toContain(why);
});

test('random keys are not weak', () => {
  for (let n = 0; n < 2_000; n += 1) expect(weaknessOf(randomBytes(32))).toBeNull();
});

test('the secrets of those who are told of alerts are checked as others are, and stay unsaid', async () => {
  const alerts = (contact: string): readonly string[] => [
    '',
    '',
    `alerts: { contacts: { duty: ${contact} }, routes: [] }`,
  ];
  const weak = await check(alerts("{ type: webhook, url: 'https://x.example', keyFile: text.key }"));
  expect(weak).toMatchObject({
    code: 2,
    errors: [expect.stringMatching(/alerts\.contacts\.duty: .*thought of/)],
  });
  const open = await check(alerts('{ type: dingtalk, keyEnv: TOKEN, signFile: open.key }'), {
    TOKEN: 'tok-5511',
  });
  expect(open.errors).toEqual([expect.stringMatching(/alerts\.contacts\.duty: everybody may read/)]);
  expect(open.text).not.toContain('tok-5511');
  expect(await check(alerts('{ type: wecom, keyEnv: NOT_SET }'))).toMatchObject({
    code: 2,
    errors: [expect.stringContaining('the environment variable NOT_SET is not set')],
  });
  expect(await check(alerts('{ type: wecom, keyEnv: TOKEN }'), { TOKEN: 'tok-5511' })).toMatchObject({
    code: 0,
  });
});
