import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { openContact } from '../../adapters/notify/openContacts.ts';
import { localOfInstant } from '../../domain/businessDate.ts';
import type { SendAnswer } from '../../domain/deliveryPorts.ts';
import { DuizhangError, unreachable } from '../../domain/errors.ts';
import type { Command, CommandIo, ExitCode } from '../command.ts';
import { runningSystem } from '../runningSystem.ts';
import { givenConfigPath } from './merchantOf.ts';

const USAGE = `Usage:
  duizhang alert test --to CONTACT
      Sends a trial message to a contact of alerts.contacts in the configuration (the one that DUIZHANG_CONFIG names, else
      that of the system that runs, else duizhang.config.yaml) and tells what the service answered. No system has to run.
      Neither a token nor a secret is shown.

Exit code 0: the service took it; 2: it refuses it, and the answer says what to put right; 3: it cannot be reached, or
asks to come back later.`;

export const alertCommand: Command = {
  name: 'alert',
  summary: 'send a trial message to somebody who is told of alerts',
  usage: USAGE,
  async run(args, io) {
    const to = contactIn(args);
    const { alerts } = loadConfig(configPath(io));
    const config = alerts?.contacts.get(to);
    if (config === undefined) {
      const known = [...(alerts?.contacts.keys() ?? [])].join(', ') || 'none';
      throw new DuizhangError(
        'DZ_NO_CONTACT',
        `there is no contact ${to}; alerts.contacts in the configuration has ${known}`,
      );
    }
    const now = (): number => Date.now();
    const answer = await openContact(config, io.env, { now }).send({
      id: randomUUID().replaceAll('-', ''),
      title: '对账告警测试',
      lines: ['级别：测试', `发送时间：${localOfInstant(now())}`, '收到即表示通知渠道可用，无需处理'],
      alert: null,
      what: 'TEST',
    });
    const text = `${to} (${config.raw.type}): ${wordOf(answer)}: ${answer.detail}\n`;
    if (answer.state === 'SENT') io.stdout(text);
    else io.stderr(text);
    return exitCodeOf(answer);
  },
};

function configPath(io: CommandIo): string {
  const running = io.env['DUIZHANG_CONFIG'] === undefined ? runningSystem(io) : null;
  return running?.configPath ?? givenConfigPath(io);
}

function contactIn(args: readonly string[]): string {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { to: { type: 'string' } },
  });
  const [subcommand, ...more] = positionals;
  if (subcommand === 'test' && more.length === 0 && values.to !== undefined && values.to !== '')
    return values.to;
  throw new DuizhangError('DZ_USAGE', 'say: ./duizhang alert test --to CONTACT (./duizhang alert --help)');
}

function wordOf(answer: SendAnswer): string {
  switch (answer.state) {
    case 'SENT':
      return 'sent';
    case 'LATER':
      return answer.waitMs === null
        ? 'not now'
        : `not before ${Math.ceil(answer.waitMs / 1000)} s have passed`;
    case 'REFUSED':
      return 'refused';
    default:
      return unreachable(answer);
  }
}

function exitCodeOf({ state }: SendAnswer): ExitCode {
  if (state === 'SENT') return 0;
  return state === 'REFUSED' ? 2 : 3;
}
