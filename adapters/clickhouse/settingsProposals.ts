import type { ClickHouseClient } from '@clickhouse/client';
import type { ProposalDecision, ProposalStore, SettingsProposal } from '../../domain/settingsProposals.ts';
import { readDiff, readWishes } from '../config/settingsJson.ts';
import { rowsOf } from './closeSql.ts';
import { timeText } from './tsv.ts';

const FIELDS = `proposal_id, step, toString(toUnixTimestamp64Milli(said_at)) AS said_ms, said_by, note,
  toString(base) AS base_text, file_sha256, wishes, changes`;
const IN_ORDER = 'ORDER BY proposal_id, settings_proposals.said_at, step';

/** Decisions are made under the lock of settings: of two rows the first is the decision, the other one a repeat of it. */
export function clickHouseProposals(client: ClickHouseClient): ProposalStore {
  const add = (row: Readonly<Record<string, string>>): Promise<unknown> =>
    client.insert({ table: 'settings_proposals', values: [row], format: 'JSONEachRow' });
  return {
    async byId(proposalId) {
      const query = `SELECT ${FIELDS} FROM settings_proposals FINAL WHERE proposal_id = {id:String} ${IN_ORDER}`;
      const [found] = proposalsOf(await rowsOf<ProposalRow>(client, query, { id: proposalId }));
      return found ?? null;
    },
    async list(limit) {
      const newest = `SELECT proposal_id FROM settings_proposals FINAL WHERE step = 'PROPOSED'
        ORDER BY settings_proposals.said_at DESC, proposal_id LIMIT {limit:UInt32}`;
      const query = `SELECT ${FIELDS} FROM settings_proposals FINAL WHERE proposal_id IN (${newest}) ${IN_ORDER}`;
      const found = proposalsOf(await rowsOf<ProposalRow>(client, query, { limit: String(limit) }));
      return found.toSorted((a, b) => b.atMs - a.atMs);
    },
    async propose({ proposalId, base, fileSha256, atMs, by, reason, wishes, changes }) {
      await add({
        proposal_id: proposalId,
        step: 'PROPOSED',
        said_at: timeText(atMs),
        said_by: by,
        note: reason,
        base: String(base),
        file_sha256: fileSha256,
        wishes: JSON.stringify(wishes),
        changes: JSON.stringify(changes),
      });
    },
    async decide(proposalId, { step, atMs, by, note }) {
      await add({ proposal_id: proposalId, step, said_at: timeText(atMs), said_by: by, note });
    },
  };
}

type ProposalRow = {
  readonly proposal_id: string;
  readonly step: 'PROPOSED' | ProposalDecision['step'];
  readonly said_ms: string;
  readonly said_by: string;
  readonly note: string;
  readonly base_text: string;
  readonly file_sha256: string;
  readonly wishes: string;
  readonly changes: string;
};

function proposalsOf(rows: readonly ProposalRow[]): readonly SettingsProposal[] {
  const byId = Map.groupBy(rows, (row) => row.proposal_id);
  return [...byId.values()].flatMap((steps) => {
    const proposed = steps.find(({ step }) => step === 'PROPOSED');
    if (!proposed) return [];
    const [decision = null] = steps.flatMap(decisionOf);
    return [
      {
        proposalId: proposed.proposal_id,
        base: Number(proposed.base_text),
        fileSha256: proposed.file_sha256,
        atMs: Number(proposed.said_ms),
        by: proposed.said_by,
        reason: proposed.note,
        wishes: readWishes(proposed.wishes),
        changes: readDiff(proposed.changes),
        decision,
      },
    ];
  });
}

function decisionOf({ step, said_ms, said_by, note }: ProposalRow): readonly ProposalDecision[] {
  return step === 'PROPOSED' ? [] : [{ step, atMs: Number(said_ms), by: said_by, note }];
}
