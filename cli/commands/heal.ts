import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { clickHouseHealing } from '../../adapters/clickhouse/healingLedger.ts';
import type { Config } from '../../adapters/config/loadConfig.ts';
import { businessDateOf, localOfInstant } from '../../domain/businessDate.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { yuanOfFen } from '../../domain/money.ts';
import type { HealingLedger, HealingRules, HealingSwitch, HealingUse } from '../../domain/selfHealing.ts';
import { stopFor } from '../../domain/selfHealing.ts';
import type { Command } from '../command.ts';
import { configOf } from '../configOf.ts';
import { systemHere } from '../runningSystem.ts';
import { merchantOf } from './merchantOf.ts';

const USAGE = `
./duizhang heal stop [--merchant H] [--by NAME] [--reason TEXT]
./duizhang heal resume [--merchant H] [--by NAME] [--reason TEXT]
./duizhang heal status [--merchant H] [--json]

Refunds that the system begins by itself (docs/self-healing.md).
stop: none is sent any more, by any process, from the moment in which this command has answered; without --merchant of all
hospitals. It holds over restarts until somebody resumes. What a gateway has taken already is followed to its end.
resume: ends a stop in the same words in which it was made: one of all hospitals is not ended for one of them.
status: of each hospital that has selfHealing in the configuration whether it is on, who stopped it, and what of today's
budget is used.
`;

export const healCommand: Command = {
  name: 'heal',
  summary: 'stop or resume the refunds that the system begins by itself, and see how they stand',
  usage: USAGE,
  async run(args, io) {
    const text = { type: 'string' } as const;
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { merchant: text, by: text, reason: text, json: { type: 'boolean', default: false } },
    });
    const [action, ...surplus] = positionals;
    if (!isAction(action) || surplus.length > 0) {
      throw new DuizhangError(
        'DZ_USAGE',
        'say heal stop, heal resume or heal status (./duizhang heal --help)',
      );
    }
    const run = systemHere(io);
    const config = configOf(run);
    const merchantId = values.merchant === undefined ? '' : merchantOf(config, values.merchant).merchantId;
    const client = connectClickHouse(run.clickhouseUrl);
    try {
      const ledger = clickHouseHealing(client);
      if (action !== 'status') {
        const by = values.by ?? userInfo().username;
        const word = { merchantId, isStopped: action === 'stop', by, reason: values.reason ?? '' };
        await ledger.set({ ...word, atMs: Date.now() });
      }
      const standings = await standingsOf(config, merchantId, ledger);
      io.stdout(values.json ? `${JSON.stringify(jsonOf(standings))}\n` : textOf(standings));
      return 0;
    } finally {
      await client.close();
    }
  },
};

const ACTIONS = ['stop', 'resume', 'status'] as const;
type Action = (typeof ACTIONS)[number];

function isAction(text: string | undefined): text is Action {
  return ACTIONS.some((each) => each === text);
}

type Standing = {
  readonly merchantId: string;
  readonly rules: HealingRules;
  readonly stop: HealingSwitch | null;
  readonly used: HealingUse;
};
type Standings = { readonly all: HealingSwitch | null; readonly hospitals: readonly Standing[] };

async function standingsOf(config: Config, merchantId: string, ledger: HealingLedger): Promise<Standings> {
  const switches = await ledger.switches();
  const today = businessDateOf(Date.now());
  const own = [...config.healing].filter(([id]) => merchantId === '' || id === merchantId);
  const hospitals = own.map(async ([id, rules]) => ({
    merchantId: id,
    rules,
    stop: stopFor(id, switches),
    used: await ledger.usedOf(id, today, rules.mode !== 'on'),
  }));
  const all = switches.find((word) => word.merchantId === '' && word.isStopped) ?? null;
  return { all, hospitals: await Promise.all(hospitals) };
}

function textOf({ all, hospitals }: Standings): string {
  const first = all === null ? [] : [`all hospitals: ${stopText(all)}`];
  const lines = hospitals.map(({ merchantId, rules, stop, used }) => {
    const { mode, isIntraday, dailyFen, dailyOrders, perOrderFen } = rules;
    const state = stop === null ? `${mode}${isIntraday ? ', intraday' : ''}` : stopText(stop);
    return (
      `${merchantId}: ${state}; today ${used.orders} of ${dailyOrders} orders, ` +
      `${yuanOfFen(used.fen)} of ${yuanOfFen(dailyFen)} yuan (at most ${yuanOfFen(perOrderFen)} an order)`
    );
  });
  const none = hospitals.length === 0 ? ['no hospital asked for has selfHealing in the configuration'] : [];
  return `${[...first, ...lines, ...none].join('\n')}\n`;
}

function stopText({ by, reason, atMs }: HealingSwitch): string {
  return `stopped by ${by} on ${localOfInstant(atMs)}${reason === '' ? '' : `: ${reason}`}`;
}

function jsonOf({ all, hospitals }: Standings): Readonly<Record<string, unknown>> {
  return {
    stopped: all,
    hospitals: hospitals.map(({ merchantId, rules, stop, used }) => ({
      merchantId,
      mode: rules.mode,
      isIntraday: rules.isIntraday,
      stopped: stop,
      day: { orders: used.orders, fen: used.fen.toString() },
      limits: {
        perOrderFen: rules.perOrderFen.toString(),
        dailyFen: rules.dailyFen.toString(),
        dailyOrders: rules.dailyOrders,
      },
    })),
  };
}
