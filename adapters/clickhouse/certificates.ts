import type { ClickHouseClient } from '@clickhouse/client';
import { canonicalJson } from '../../domain/canonicalJson.ts';
import type { CertificateDraft } from '../../domain/certificate.ts';
import { certificateHash } from '../../domain/certificate.ts';
import { certificateOf, draftOf } from '../../domain/certificateForm.ts';
import type { CertificateArchive, CertificateStore } from '../../domain/closePorts.ts';
import type { Scope } from '../../domain/scope.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { orderLeavesSql } from './closeLeaf.ts';
import { rowsOf } from './closeSql.ts';
import { scopeSql } from './scopeSql.ts';
import { timeText } from './tsv.ts';

/** Of two rows in one place of a chain, which only a paused process could have left, the first by hash counts. */
const IN_ORDER = 'ORDER BY sequence, hash LIMIT 1 BY sequence';

const OF_MERCHANT = 'merchant_id = {merchant:String}';
/** Drafts of runs that are on record, which nobody has certified yet. */
const WAITING = `run_id IN (SELECT run_id FROM reconciliations WHERE ${OF_MERCHANT})
  AND run_id NOT IN (SELECT run_id FROM certificates WHERE ${OF_MERCHANT})`;

/** Asked every few seconds, it must not grow with the years; what is older, the merchant's next close finds. */
const LATELY = 'written_at >= now() - INTERVAL 7 DAY';

export function clickHouseCertificates(client: ClickHouseClient): CertificateStore & CertificateArchive {
  const documents = async (query: string, values: Readonly<Record<string, string>>): Promise<string[]> =>
    (await rowsOf<{ document: string }>(client, query, values)).map((row) => row.document);
  return {
    async prepare(draft) {
      await client.insert({
        table: 'certificate_drafts',
        values: [
          {
            merchant_id: draft.merchantId,
            run_id: draft.runId,
            ended_at: timeText(Date.parse(draft.endedAt)),
            draft: canonicalJson(draft),
          },
        ],
        format: 'JSONEachRow',
      });
    },
    async waiting(merchantId) {
      const rows = await rowsOf<{ draft: string }>(
        client,
        `SELECT draft FROM certificate_drafts WHERE ${OF_MERCHANT} AND ${WAITING}
         ORDER BY ended_at, run_id LIMIT 1 BY run_id`,
        { merchant: merchantId },
      );
      return rows.map((row): CertificateDraft => draftOf(JSON.parse(row.draft)));
    },
    async merchantsWaiting() {
      const rows = await rowsOf<{ id: string }>(
        client,
        `SELECT DISTINCT merchant_id AS id FROM certificate_drafts WHERE ${LATELY} AND run_id IN (
           SELECT run_id FROM reconciliations WHERE ${LATELY} AND run_id NOT IN (
             SELECT run_id FROM certificates WHERE ${LATELY})) ORDER BY id`,
      );
      return rows.map((row) => row.id);
    },
    async last(merchantId) {
      const [document] = await documents(
        `SELECT document FROM certificates WHERE merchant_id = {merchant:String}
         ORDER BY sequence DESC, hash LIMIT 1`,
        { merchant: merchantId },
      );
      return document === undefined ? null : certificateOf(JSON.parse(document)).certificate;
    },
    async store(signed) {
      const { certificate, signature } = signed;
      await client.insert({
        table: 'certificates',
        values: [
          {
            merchant_id: certificate.merchantId,
            sequence: certificate.sequence,
            run_id: certificate.runId,
            hash: certificateHash(certificate),
            business_date: certificate.businessDate,
            mode: certificate.mode,
            outcome: certificate.outcome,
            key_id: signature.keyId,
            document: canonicalJson(signed),
          },
        ],
        format: 'JSONEachRow',
      });
    },
    async ofDate(merchantId, date) {
      const [document] = await documents(
        `SELECT document FROM certificates WHERE merchant_id = {merchant:String} AND business_date = {date:Date}
         ORDER BY outcome = 'FAILED', sequence DESC, hash LIMIT 1`,
        { merchant: merchantId, date },
      );
      return document ?? null;
    },
    ofRun: (runId) => certificateOfRun(client, WHOLE_LEDGER, runId),
    async orderLeaves(run, orderNo) {
      const rows = await rowsOf<{ leaf: string; before: string }>(client, orderLeavesSql(run, orderNo));
      return { first: Number(rows[0]?.before ?? 0), texts: rows.map(({ leaf }) => leaf) };
    },
    async *chain(merchantId, until) {
      for (let after = 0; after < until; after += CHAIN_PAGE) {
        yield* await documents(
          `SELECT document FROM certificates WHERE merchant_id = {merchant:String}
             AND sequence > {after:UInt64} AND sequence <= {until:UInt64} ${IN_ORDER}`,
          {
            merchant: merchantId,
            after: String(after),
            until: String(Math.min(until, after + CHAIN_PAGE)),
          },
        );
      }
    },
  };
}

const CHAIN_PAGE = 200;

export async function certificateOfRun(
  client: ClickHouseClient,
  scope: Scope,
  runId: string,
): Promise<string | null> {
  const [row] = await rowsOf<{ document: string }>(
    client,
    `SELECT document FROM certificates WHERE run_id = {run:String} AND ${scopeSql(scope)}
     ORDER BY sequence, hash LIMIT 1`,
    { run: runId },
  );
  return row?.document ?? null;
}
