import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Receiver } from '../../adapters/notify/testReceiver.ts';
import { startReceiver } from '../../adapters/notify/testReceiver.ts';
import { alertCommand } from './alert.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-alert-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function alertTest(receiver: Receiver | null, ...args: readonly string[]) {
  const config = join(dir, 'c.yaml');
  const alerts = `alerts:\n  contacts: { duty: { type: wecom, url: '${receiver?.url}/send', keyEnv: ROBOT } }\n  routes: []\n`;
  writeFileSync(
    config,
    `merchants: [{ id: A, name: a, channels: { WECHAT: '1' } }]\n${receiver === null ? '' : alerts}`,
  );
  const said = { stdout: '', stderr: '' };
  const code = await alertCommand.run(args, {
    stdout: (text) => (said.stdout += text),
    stderr: (text) => (said.stderr += text),
    env: { DUIZHANG_CONFIG: config, DUIZHANG_DATA: dir, ROBOT: 'tok-91' },
    cwd: dir,
  });
  return { code, ...said };
}

function answering(errcode: number, errmsg: string): Promise<Receiver> {
  return startReceiver((_, response) => response.end(JSON.stringify({ errcode, errmsg })));
}

test('a contact that takes the message is told of with its answer', async () => {
  await using receiver = await answering(0, 'ok');
  expect(await alertTest(receiver, 'test', '--to', 'duty')).toEqual({
    code: 0,
    stdout: 'duty (wecom): sent: WeCom answered 0 ok\n',
    stderr: '',
  });
  expect(receiver.received[0]?.body).toContain('对账告警测试');
});

test('what the service refuses is exit code 2 with what to do, and what comes too soon is 3', async () => {
  await using wrong = await answering(93000, 'invalid webhook url tok-91');
  const refused = await alertTest(wrong, 'test', '--to', 'duty');
  expect(refused).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('the robot is gone'),
  });
  expect(refused.stderr).not.toContain('tok-91');
  await using busy = await answering(45009, 'api freq out of limit');
  expect(await alertTest(busy, 'test', '--to', 'duty')).toMatchObject({
    code: 3,
    stderr: 'duty (wecom): not before 60 s have passed: WeCom answered 45009 api freq out of limit\n',
  });
});

test('an unknown contact is told with those that there are', async () => {
  await using receiver = await answering(0, 'ok');
  await expect(alertTest(receiver, 'test', '--to', 'chef')).rejects.toThrow(/no contact chef; .* has duty/);
  await expect(alertTest(null, 'test', '--to', 'chef')).rejects.toThrow(/no contact chef; .* has none/);
  await expect(alertTest(receiver, 'test')).rejects.toThrow(/say: \.\/duizhang alert test --to CONTACT/);
});
