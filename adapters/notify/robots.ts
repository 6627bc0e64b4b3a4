import { createHmac } from 'node:crypto';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { AlertContact, AlertMessage, SendAnswer } from '../../domain/deliveryPorts.ts';
import { jsonOf } from '../http/httpCall.ts';
import type { CodeMeaning } from './answers.ts';
import { answerOfMeaning, harmless, sent } from './answers.ts';
import type { NotifyDeps } from './postJson.ts';
import { postJson } from './postJson.ts';

// Robots of group chats. All answer 200 to what they did not send; what counts is the code in the body.

export type RobotAccess = {
  /** With the access token in it. */
  readonly url: URL;
  readonly token: string;
  /** null: the robot checks no signature. */
  readonly signSecret: string | null;
};

const MINUTE_MS = 60_000;

type Robot = {
  readonly name: string;
  readonly maxBytes: number;
  request(
    message: AlertMessage,
    access: RobotAccess,
    nowMs: number,
  ): { readonly url: URL; readonly body: unknown };
  /** null: the answer is none of this service. */
  codeOf(value: unknown): { readonly code: number; readonly said: string } | null;
  meaningOf(code: number, said: string): CodeMeaning;
};

const Errcode = Compile(Type.Object({ errcode: Type.Integer(), errmsg: Type.Optional(Type.String()) }));
const FeishuCode = Compile(Type.Object({ code: Type.Integer(), msg: Type.Optional(Type.String()) }));

function errcodeOf(value: unknown): { readonly code: number; readonly said: string } | null {
  return Errcode.Check(value) ? { code: value.errcode, said: value.errmsg ?? '' } : null;
}

const WRONG_TOKEN = 'the robot is gone or its key is wrong: take the address from the robot’s page again';
const WRONG_SIGN = 'the secret for signatures is wrong or the clock is: compare it with the robot’s page';
const WRONG_ADDRESS = 'the robot takes calls of other addresses only: add that of this machine on its page';
const WRONG_WORDS = 'the robot wants a keyword: add 级别 (every message has it) or check signatures instead';
const UNKNOWN: CodeMeaning = { state: 'LATER', waitMs: null };

function refused(todo: string): CodeMeaning {
  return { state: 'REFUSED', todo };
}

/** https://open.dingtalk.com/document/orgapp/custom-robot-access: 20 messages a minute, beyond that none for ten minutes. */
const DINGTALK: Robot = {
  name: 'DingTalk',
  maxBytes: 18_000,
  request(message, { url, signSecret }, nowMs) {
    const signed = new URL(url);
    if (signSecret !== null) {
      const sign = createHmac('sha256', signSecret).update(`${nowMs}\n${signSecret}`).digest('base64');
      signed.searchParams.set('timestamp', String(nowMs));
      signed.searchParams.set('sign', sign);
    }
    const text = `### ${message.title}\n\n${message.lines.map((line) => `- ${line}\n`).join('')}`;
    const markdown = { title: message.title, text: cutToBytes(text, this.maxBytes) };
    return { url: signed, body: { msgtype: 'markdown', markdown } };
  },
  codeOf: errcodeOf,
  meaningOf(code, said) {
    switch (code) {
      case 130101:
      case 410100:
        return { state: 'LATER', waitMs: 10 * MINUTE_MS };
      case 310000:
        if (/keyword/i.test(said)) return refused(WRONG_WORDS);
        return refused(/whitelist|\bip\b/i.test(said) ? WRONG_ADDRESS : WRONG_SIGN);
      case 300001:
      case 300005:
      case 400101:
      case 400102:
        return refused(WRONG_TOKEN);
      default:
        return UNKNOWN;
    }
  },
};

/** https://developer.work.weixin.qq.com/document/path/91770: 20 messages a minute, markdown of 4096 bytes. */
const WECOM: Robot = {
  name: 'WeCom',
  maxBytes: 4096,
  request(message, { url }) {
    const text = `**${message.title}**\n${message.lines.map((line) => `> ${line}\n`).join('')}`;
    return { url, body: { msgtype: 'markdown', markdown: { content: cutToBytes(text, this.maxBytes) } } };
  },
  codeOf: errcodeOf,
  meaningOf(code) {
    switch (code) {
      case 45009:
      case 45033:
        return { state: 'LATER', waitMs: MINUTE_MS };
      case 93000:
        return refused(WRONG_TOKEN);
      case 40058:
        return refused('WeCom does not take the form of the message: report it with this answer');
      default:
        return UNKNOWN;
    }
  },
};

/**
 * https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: 100 messages a minute and 5 a second. The string to
 * sign is the key of an HMAC over nothing.
 */
const FEISHU: Robot = {
  name: 'Feishu',
  maxBytes: 18_000,
  request(message, { url, signSecret }, nowMs) {
    const timestamp = String(Math.floor(nowMs / 1000));
    const signature =
      signSecret === null
        ? {}
        : {
            timestamp,
            sign: createHmac('sha256', `${timestamp}\n${signSecret}`).update('').digest('base64'),
          };
    const content = cutToBytes(message.lines.join('\n'), this.maxBytes);
    const card = {
      header: { title: { tag: 'plain_text', content: message.title }, template: colourOf(message) },
      elements: [{ tag: 'div', text: { tag: 'plain_text', content } }],
    };
    return { url, body: { ...signature, msg_type: 'interactive', card } };
  },
  codeOf: (value) => (FeishuCode.Check(value) ? { code: value.code, said: value.msg ?? '' } : null),
  meaningOf(code, said) {
    switch (code) {
      case 11232:
        return { state: 'LATER', waitMs: MINUTE_MS };
      case 9499:
        return /too many/i.test(said)
          ? { state: 'LATER', waitMs: MINUTE_MS }
          : refused('Feishu does not take the form of the message: report it with this answer');
      case 19001:
        return refused(WRONG_TOKEN);
      case 19021:
        return refused(WRONG_SIGN);
      case 19022:
        return refused(WRONG_ADDRESS);
      case 19024:
        return refused(WRONG_WORDS);
      default:
        return UNKNOWN;
    }
  },
};

export const ROBOTS = { dingtalk: DINGTALK, wecom: WECOM, feishu: FEISHU } as const satisfies Record<
  string,
  Robot
>;

export function robotContact(kind: keyof typeof ROBOTS, access: RobotAccess, deps: NotifyDeps): AlertContact {
  const robot: Robot = ROBOTS[kind];
  const secrets = [access.token, encodeURIComponent(access.token), access.signSecret ?? ''];
  return {
    readsSummaries: true,
    async send(message) {
      const { url, body } = robot.request(message, access, deps.now());
      const answer = await postJson({ url, body: JSON.stringify(body), secrets }, deps);
      return 'state' in answer ? answer : answerOfRobot(robot, answer.text, secrets);
    },
  };
}

function answerOfRobot(robot: Robot, text: string, secrets: readonly string[]): SendAnswer {
  const answer = robot.codeOf(jsonOf(text));
  if (answer === null) {
    const todo = 'check that the address is that of the robot';
    return answerOfMeaning(`${robot.name} answered with what is no answer of it`, refused(todo));
  }
  const said = harmless(`${robot.name} answered ${answer.code} ${answer.said}`.trim(), secrets);
  return answer.code === 0 ? sent(said) : answerOfMeaning(said, robot.meaningOf(answer.code, answer.said));
}

function colourOf({ alert, what }: AlertMessage): string {
  if (what === 'CLOSED') return 'green';
  return alert?.severity === 'CRITICAL' ? 'red' : 'orange';
}

/** At most so many bytes of UTF-8, never half a character. */
export function cutToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const ellipsis = '…';
  let bytes = Buffer.byteLength(ellipsis);
  let cut = '';
  for (const char of text) {
    bytes += Buffer.byteLength(char);
    if (bytes > maxBytes) break;
    cut += char;
  }
  return `${cut}${ellipsis}`;
}
