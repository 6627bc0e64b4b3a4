import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Card, Descriptions, Flex, List, Tag, Typography, Upload } from 'antd';
import { CheckCircleFilled, CloseCircleFilled, QuestionCircleFilled } from '@ant-design/icons';
import { api, fetchInSession, given } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { useLabels } from '../../labels/useLabels.ts';
import type { Labels } from '../../labels/zh.ts';
import { CopyableId } from '../../parts/CopyableId.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { countText } from '../../parts/texts.ts';
import { useDownload } from '../../parts/useDownload.tsx';
import { findingText } from './findingText.ts';
import type { Run } from './queries.ts';
import type { Check, CheckResult, Verification } from './verifyCertificate.ts';
import { verifyCertificate } from './verifyCertificate.ts';

const pathOf = ({ id }: Run): string => `/api/v1/reconciliations/${id}/certificate`;

/** The bytes as they were signed: a JSON reader would lose what a verifier looks for. */
async function certificateBytes(run: Run): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetchInSession(new Request(pathOf(run)));
  if (!answer.ok) throw problemOf(answer, await answer.json().catch(() => null));
  return new Uint8Array(await answer.arrayBuffer());
}

async function verified(bytes: Uint8Array<ArrayBuffer>, run: Run): Promise<Verification> {
  const key = await given(api.GET('/api/v1/certificate-key'));
  // Without a secure context there is none, whatever its type says.
  const subtle = window.isSecureContext ? window.crypto.subtle : undefined;
  return verifyCertificate(bytes, key, run, subtle);
}

/** The run's certificate, worked out anew in this browser. */
export function CertificateTab({ run }: { readonly run: Run }) {
  const { certificate: words } = useLabels();
  const download = useDownload();
  const fileName = `certificate-${run.merchantId}-${run.businessDate}-${run.id.slice(0, 8)}.json`;
  const verify = useMutation({
    mutationFn: async (file: Blob | null) => {
      const bytes = file === null ? await certificateBytes(run) : new Uint8Array(await file.arrayBuffer());
      return verified(bytes, run);
    },
  });
  return (
    <Card size="small" style={{ maxWidth: 960 }}>
      <Flex vertical gap={16}>
        <Typography.Text>{words.text}</Typography.Text>
        <Flex wrap gap={8}>
          <Button type="primary" loading={verify.isPending} onClick={() => verify.mutate(null)}>
            {words.verify}
          </Button>
          <Button onClick={() => void download(pathOf(run), words.title, fileName)}>{words.download}</Button>
          <Upload
            accept=".json"
            showUploadList={false}
            beforeUpload={(file) => {
              verify.mutate(file);
              return false;
            }}
          >
            <Button>{words.verifyFile}</Button>
          </Upload>
        </Flex>
        {verify.error && <ProblemNote error={verify.error} />}
        {verify.data ? <Result verification={verify.data} /> : !verify.isPending && <Unverified />}
      </Flex>
    </Card>
  );
}

function Unverified() {
  const { certificate: words } = useLabels();
  return <Nothing title={words.title} text={words.notChecked} />;
}

function Result({ verification: { state, results, signed } }: { readonly verification: Verification }) {
  const { certificate: words } = useLabels();
  const said = {
    HOLDS: ['success', words.good],
    FAILS: ['error', words.bad],
    OTHER_KEY: ['warning', words.goodOtherKey],
    NO_CRYPTO: ['warning', words.noCrypto],
  } as const;
  const [type, title] = said[state];
  return (
    <>
      <Alert
        type={type}
        showIcon
        role="status"
        data-verification={state}
        title={title}
        description={words.notChecked}
      />
      <List
        size="small"
        bordered
        dataSource={[...results]}
        renderItem={(result) => <CheckLine key={result.check} result={result} />}
      />
      {signed && (
        <Descriptions
          size="small"
          bordered
          column={1}
          items={[
            { key: 'n', label: words.sequence, children: countText(signed.certificate.sequence) },
            {
              key: 'p',
              label: words.previous,
              children: <CopyableId id={signed.certificate.previous} most={24} />,
            },
            {
              key: 'r',
              label: words.merkleRoot,
              children: <CopyableId id={signed.certificate.merkle.root} most={24} />,
            },
            { key: 'l', label: words.leaves, children: countText(signed.certificate.merkle.leaves) },
            {
              key: 'k',
              label: words.signedKey,
              children: <CopyableId id={signed.signature.keyId} most={24} />,
            },
          ]}
        />
      )}
    </>
  );
}

const MOST_FINDINGS = 5;

function CheckLine({ result: { check, state, findings } }: { readonly result: CheckResult }) {
  const labels = useLabels();
  const { certificate: words, common } = labels;
  const [name, text] = namesOf(words)[check];
  return (
    <List.Item data-check={check} data-state={state}>
      <Flex vertical gap={4} style={{ width: '100%' }}>
        <Flex gap={8} align="center">
          <StateTag state={state} />
          <Typography.Text strong>{name}</Typography.Text>
          <Typography.Text type="secondary">{text}</Typography.Text>
        </Flex>
        {findings.slice(0, MOST_FINDINGS).map((finding) => (
          <Typography.Text key={finding.where} type="secondary" style={{ overflowWrap: 'anywhere' }}>
            {findingText(finding, labels)}
          </Typography.Text>
        ))}
        {findings.length > MOST_FINDINGS && (
          <Typography.Text type="secondary">
            {words.more}
            {common.colon}
            {countText(findings.length - MOST_FINDINGS)}
          </Typography.Text>
        )}
      </Flex>
    </List.Item>
  );
}

function StateTag({ state }: Pick<CheckResult, 'state'>) {
  const { certificate: words } = useLabels();
  if (state === 'HOLDS')
    return (
      <Tag color="success" icon={<CheckCircleFilled />}>
        {words.holds}
      </Tag>
    );
  if (state === 'FAILS')
    return (
      <Tag color="error" icon={<CloseCircleFilled />}>
        {words.fails}
      </Tag>
    );
  return (
    <Tag color="warning" icon={<QuestionCircleFilled />}>
      {words.unknown}
    </Tag>
  );
}

function namesOf(words: Labels['certificate']): Readonly<Record<Check, readonly [string, string]>> {
  return {
    form: [words.form, words.formText],
    signature: [words.signature, words.signatureText],
    conservation: [words.conservation, words.conservationText],
    run: [words.run, words.runText],
  };
}
