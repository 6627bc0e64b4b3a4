import { Button, Flex } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { useDownload } from '../useDownload.tsx';

type Props = { readonly caseId: string; readonly proofs: readonly string[] };

/** Files that were uploaded as proof; each taking of one is recorded in the audit trail. */
export function ProofLinks({ caseId, proofs }: Props) {
  const { cases: words } = useLabels();
  const download = useDownload();
  if (proofs.length === 0) return null;
  return (
    <Flex wrap gap={4}>
      {proofs.map((sha256, index) => {
        const name = `${words.openProof} ${index + 1}`;
        return (
          <Button
            key={sha256}
            size="small"
            onClick={() => void download(`/api/v1/proofs/${sha256}?caseId=${caseId}`, name)}
          >
            {name}
          </Button>
        );
      })}
    </Flex>
  );
}
