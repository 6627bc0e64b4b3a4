import { createHash } from 'node:crypto';
import { alertText } from '../../domain/alertText.ts';
import type {
  AlertContact,
  AlertMessage,
  AlertRoute,
  Delivery,
  DeliveryLedger,
  SendAnswer,
} from '../../domain/deliveryPorts.ts';
import type { Due } from './dueDeliveries.ts';
import { dueDeliveries, following, GIVE_UP_MS } from './dueDeliveries.ts';

export type DeliveryParts = {
  readonly ledger: DeliveryLedger;
  readonly contacts: ReadonlyMap<string, AlertContact>;
  readonly routes: readonly AlertRoute[];
  /** The name of a hospital; null where it is not known. */
  readonly hospitalOf: (merchantId: string) => string | null;
};

export type RoundResult = {
  /** Alerts told, each to one contact. */
  readonly sent: number;
  /** What did not go out, to be logged: no word of it is secret. */
  readonly failures: readonly {
    readonly contact: string;
    readonly state: SendAnswer['state'];
    readonly detail: string;
  }[];
};

export const BACK_OFF = { firstMs: 15_000, ceilingMs: 10 * 60_000 } as const;
/** More than this at once come as one message: robots take 20 a minute. */
export const SINGLES_A_ROUND = 3;
const MAX_SUMMARY = 30;
/** Longer than anything is tried, so that giving up is written down. */
const LOOK_BACK_MS = GIVE_UP_MS + 3_600_000;

/**
 * One round: tells what is due and writes down what became of it. Each alert reaches its contacts at least once; a crash
 * between a message and its row tells it again under the same id. Contacts are independent of each other.
 */
export async function deliverRound(parts: DeliveryParts, nowMs: number): Promise<RoundResult> {
  if (parts.routes.length === 0) return { sent: 0, failures: [] };
  const alerts = await parts.ledger.changedAlerts(nowMs - LOOK_BACK_MS);
  const deliveries = await parts.ledger.deliveriesOf(alerts.map(({ alertId }) => alertId));
  const { send, note } = dueDeliveries({ alerts, deliveries, routes: parts.routes }, nowMs);
  await parts.ledger.record(note);
  const byContact = Map.groupBy(send, ({ contact }) => contact);
  const told = await Promise.all(
    Array.from(byContact, ([name, dues]) => tellContact(parts, name, dues, nowMs)),
  );
  return {
    sent: told.reduce((sum, { sent }) => sum + sent, 0),
    failures: told.flatMap(({ failures }) => failures),
  };
}

async function tellContact(
  parts: DeliveryParts,
  name: string,
  dues: readonly Due[],
  nowMs: number,
): Promise<RoundResult> {
  const contact = parts.contacts.get(name);
  // It was told of the beginning, and the configuration has it no more.
  if (contact === undefined) {
    const detail = 'the configuration has no such contact any more';
    await parts.ledger.record(
      dues.map((due) => following(due, nowMs, { state: 'GAVE_UP', nextTryAtMs: null, detail })),
    );
    return { sent: 0, failures: [] };
  }
  const isMany = contact.readsSummaries && dues.length > SINGLES_A_ROUND;
  const groups = isMany ? [dues] : dues.map((due) => [due]);
  let sent = 0;
  for (const [at, group] of groups.entries()) {
    const answer = await contact.send(messageOf(group, parts, nowMs));
    if (answer.state !== 'SENT') {
      // The others would fail as this one did; they wait with it.
      const waiting = groups.slice(at).flat();
      await parts.ledger.record(waiting.map((due) => afterFailure(due, answer, nowMs)));
      return { sent, failures: [{ contact: name, state: answer.state, detail: answer.detail }] };
    }
    await parts.ledger.record(group.map((due) => afterSuccess(due, answer, nowMs)));
    sent += group.length;
  }
  return { sent, failures: [] };
}

function afterSuccess(due: Due, { detail }: SendAnswer, nowMs: number): Delivery {
  const attempt = (due.before?.attempt ?? 0) + 1;
  return following(due, nowMs, { state: 'SENT', nextTryAtMs: null, detail, attempt });
}

/** What is refused is tried again, too, at the longest distance: a key may be put right while the alert is open. */
function afterFailure(due: Due, answer: Exclude<SendAnswer, { state: 'SENT' }>, nowMs: number): Delivery {
  const attempt = (due.before?.attempt ?? 0) + 1;
  const waitMs =
    answer.state === 'REFUSED' ? BACK_OFF.ceilingMs : Math.max(backOffMs(attempt), answer.waitMs ?? 0);
  return following(due, nowMs, {
    state: 'FAILED',
    nextTryAtMs: nowMs + waitMs,
    detail: answer.detail,
    attempt,
  });
}

/** @param attempt the one that has just failed, from 1 */
export function backOffMs(attempt: number): number {
  return Math.min(BACK_OFF.firstMs * 2 ** Math.min(attempt - 1, 30), BACK_OFF.ceilingMs);
}

function messageOf(group: readonly Due[], { hospitalOf }: DeliveryParts, nowMs: number): AlertMessage {
  const [only, ...others] = group;
  if (only !== undefined && others.length === 0) {
    const { alert, what } = only;
    const { title, lines } = textOf(only, hospitalOf(alert.merchantId), nowMs);
    return { id: deliveryId(only), title, lines, alert, what };
  }
  const titles = group.map((due) => textOf(due, null, nowMs).title);
  const more = titles.length - MAX_SUMMARY;
  return {
    id: shortHash(group.map(deliveryId).join(' ')),
    title: `对账告警 ${group.length} 条`,
    lines: [
      ...titles.slice(0, MAX_SUMMARY),
      ...(more > 0 ? [`另有 ${more} 条，请到系统中查看`] : []),
      '级别：汇总',
    ],
    alert: null,
    what: 'SUMMARY',
  };
}

function textOf({ alert, what }: Due, hospital: string | null, nowMs: number) {
  const { title, lines } = alertText(alert, nowMs, hospital);
  return { title: what.startsWith('ESCALATED') ? `【升级】${title}` : title, lines };
}

/** The same for the same delivery, in every process and after every restart. */
function deliveryId({ alert, what, contact }: Due): string {
  return shortHash([alert.alertId, what, contact].join(' '));
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
