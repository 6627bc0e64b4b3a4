import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import type { SendAnswer } from '../../domain/deliveryPorts.ts';
import type { ContactType } from '../config/alertsConfig.ts';
import { openContact } from './openContacts.ts';
import { cutToBytes } from './robots.ts';
import type { Received, Receiver } from './testReceiver.ts';
import { aMessage, NOW_MS, startReceiver } from './testReceiver.ts';

const ENV = { TOKEN: 'tok-5f2c9e71', SIGN: 'SEC8812ab' };

async function sendTo(
  receiver: Receiver,
  type: ContactType,
  more: { readonly env?: NodeJS.ProcessEnv; readonly withinMs?: number; readonly message?: object } = {},
): Promise<SendAnswer> {
  const sign = type === 'wecom' ? {} : { signEnv: 'SIGN' };
  const raw = { type, url: `${receiver.url}/send`, keyEnv: 'TOKEN', ...sign };
  const config = { raw, folder: '/', fail: (_: readonly string[], message: string) => new Error(message) };
  const deps = { now: () => NOW_MS, withinMs: more.withinMs ?? 5_000 };
  return openContact(config, { ...ENV, ...more.env }, deps).send(aMessage(more.message));
}

function json(value: unknown, status = 200) {
  return (_: Received, response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
}

/** As the robot's page says: the secret is the key, "timestamp\nsecret" is signed, within an hour. */
function dingtalk({ url }: Received): object {
  const timestamp = url.searchParams.get('timestamp') ?? '';
  const sign = createHmac('sha256', ENV.SIGN).update(`${timestamp}\n${ENV.SIGN}`).digest('base64');
  if (url.searchParams.get('access_token') !== ENV.TOKEN)
    return { errcode: 300001, errmsg: 'token is not exist' };
  if (Math.abs(NOW_MS - Number(timestamp)) > 3_600_000)
    return { errcode: 310000, errmsg: 'invalid timestamp' };
  if (url.searchParams.get('sign') !== sign) return { errcode: 310000, errmsg: 'sign not match' };
  return { errcode: 0, errmsg: 'ok' };
}

/** "timestamp\nsecret" is the key, nothing is signed; seconds, within an hour. */
function feishu({ url, body }: Received): object {
  const said: unknown = JSON.parse(body);
  const { timestamp, sign } = Object(said) as { timestamp: string; sign: string };
  const right = createHmac('sha256', `${timestamp}\n${ENV.SIGN}`).update('').digest('base64');
  if (url.pathname !== `/send/${ENV.TOKEN}`)
    return { code: 19001, msg: 'param invalid: incoming webhook access token invalid' };
  if (sign !== right || Math.abs(NOW_MS / 1000 - Number(timestamp)) > 3600) {
    return { code: 19021, msg: 'sign match fail or timestamp is not within one hour from current time' };
  }
  return { StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' };
}

function wecom({ url }: Received): object {
  return url.searchParams.get('key') === ENV.TOKEN
    ? { errcode: 0, errmsg: 'ok' }
    : { errcode: 93000, errmsg: 'invalid webhook url, hint: [1]' };
}

const SERVICES = { dingtalk, feishu, wecom } as const;

const TITLE = 'H012 HIS 自 10:02 起无数据：312 笔待对账，¥48,210.00';
const LINES = '级别：严重 · 数据中断\n开始：10:02';

test.each([
  [
    'dingtalk',
    {
      msgtype: 'markdown',
      markdown: { title: TITLE, text: `### ${TITLE}\n\n- 级别：严重 · 数据中断\n- 开始：10:02\n` },
    },
  ],
  [
    'feishu',
    {
      timestamp: String(NOW_MS / 1000),
      msg_type: 'interactive',
      card: {
        header: { title: { tag: 'plain_text', content: TITLE }, template: 'red' },
        elements: [{ tag: 'div', text: { tag: 'plain_text', content: LINES } }],
      },
    },
  ],
  [
    'wecom',
    { msgtype: 'markdown', markdown: { content: `**${TITLE}**\n> 级别：严重 · 数据中断\n> 开始：10:02\n` } },
  ],
] as const)('%s takes what is signed as it documents', async (type, body) => {
  await using receiver = await startReceiver((got, response) => json(SERVICES[type](got))(got, response));
  expect(await sendTo(receiver, type)).toMatchObject({ state: 'SENT' });
  const [got] = receiver.received;
  expect(got?.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(JSON.parse(got?.body ?? '')).toMatchObject(body);
});

test.each([
  ['dingtalk', { TOKEN: 'other' }, /300001 token is not exist; the robot is gone or its key is wrong/],
  ['dingtalk', { SIGN: 'other' }, /310000 sign not match; the secret for signatures is wrong or the clock/],
  ['feishu', { TOKEN: 'other' }, /19001 .*; the robot is gone/],
  ['feishu', { SIGN: 'other' }, /19021 .*; the secret for signatures is wrong/],
  ['wecom', { TOKEN: 'other' }, /93000 .*; the robot is gone/],
] as const)('%s refuses %o, and the answer says what to do', async (type, env, detail) => {
  await using receiver = await startReceiver((got, response) => json(SERVICES[type](got))(got, response));
  expect(await sendTo(receiver, type, { env })).toEqual({
    state: 'REFUSED',
    detail: expect.stringMatching(detail),
  });
});

test.each([
  [
    'dingtalk',
    { errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' },
    200,
    'LATER',
    600_000,
  ],
  ['dingtalk', { errcode: -1, errmsg: '系统繁忙' }, 200, 'LATER', null],
  ['dingtalk', { errcode: 310000, errmsg: 'keywords not in content' }, 200, 'REFUSED', undefined],
  ['dingtalk', { errcode: 310000, errmsg: 'ip 1.2.3.4 not in whitelist' }, 200, 'REFUSED', undefined],
  ['wecom', { errcode: 45009, errmsg: 'api freq out of limit' }, 200, 'LATER', 60_000],
  ['wecom', { errcode: 40058, errmsg: 'markdown.content exceed max length 4096' }, 200, 'REFUSED', undefined],
  ['feishu', { code: 11232, msg: 'frequency limited' }, 200, 'LATER', 60_000],
  ['feishu', { code: 9499, msg: 'too many request', data: {} }, 400, 'LATER', null],
  ['feishu', { code: 9499, msg: 'Bad Request', data: {} }, 200, 'REFUSED', undefined],
  ['feishu', { code: 19024, msg: 'Key Words Not Found' }, 200, 'REFUSED', undefined],
  ['feishu', { code: 19022, msg: 'Ip Not Allowed' }, 200, 'REFUSED', undefined],
  ['wecom', { hello: 1 }, 200, 'REFUSED', undefined],
  ['wecom', {}, 502, 'LATER', null],
  ['wecom', {}, 404, 'REFUSED', undefined],
] as const)('%s with %o and status %i is %s', async (type, said, status, state, waitMs) => {
  await using receiver = await startReceiver(json(said, status));
  const answer = await sendTo(receiver, type);
  expect(answer.state).toBe(state);
  expect('waitMs' in answer ? answer.waitMs : undefined).toBe(waitMs);
});

test('a service that does not answer is tried later, within the time that was given', async () => {
  await using receiver = await startReceiver(() => undefined);
  const before = performance.now();
  expect(await sendTo(receiver, 'feishu', { withinMs: 150 })).toMatchObject({
    state: 'LATER',
    detail: expect.stringContaining('DZ_SOURCE_SLOW'),
  });
  expect(performance.now() - before).toBeLessThan(3_000);
});

test('no answer that is told holds a token or a secret, not even where the service repeats them', async () => {
  await using echo = await startReceiver((got, response) => {
    json({ code: 1, errcode: 1, msg: `${got.url.href} ${ENV.SIGN}`, errmsg: `${got.url.href} ${ENV.SIGN}` })(
      got,
      response,
    );
  });
  await using silent = await startReceiver((_, response) => response.destroy());
  for (const type of ['dingtalk', 'feishu', 'wecom'] as const) {
    for (const receiver of [echo, silent]) {
      const { detail } = await sendTo(receiver, type);
      expect(detail).not.toContain(ENV.TOKEN);
      if (type !== 'wecom') expect(detail).not.toContain(ENV.SIGN);
    }
  }
});

test('the whole address of a robot serves as its key, and what is neither is refused without being shown', async () => {
  await using receiver = await startReceiver((got, response) => json(dingtalk(got))(got, response));
  const TOKEN = `https://oapi.dingtalk.com/robot/send?access_token=${ENV.TOKEN}`;
  expect(await sendTo(receiver, 'dingtalk', { env: { TOKEN } })).toMatchObject({ state: 'SENT' });
  await expect(sendTo(receiver, 'dingtalk', { env: { TOKEN: 'two words' } })).rejects.toThrow(
    /^its key is neither a token of a robot nor the whole address of one$/,
  );
});

test('WeCom gets at most 4096 bytes, and no half character', async () => {
  await using receiver = await startReceiver((got, response) => json(wecom(got))(got, response));
  await sendTo(receiver, 'wecom', { message: { lines: Array.from({ length: 400 }, () => '级别：严重') } });
  const { content } = (JSON.parse(receiver.received[0]?.body ?? '') as { markdown: { content: string } })
    .markdown;
  expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4096);
  expect(content).not.toContain('\uFFFD');
  expect(cutToBytes('😀😀', 7)).toBe('😀…');
});
