import { useMutation } from '@tanstack/react-query';
import { Button, Flex } from 'antd';
import { download } from '../../api/download.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { ProblemNote } from '../ProblemNote.tsx';

type Props = { readonly caseId: string; readonly proofs: readonly string[] };

/** Files that were uploaded as proof; each taking of one is recorded in the audit trail. */
export function ProofLinks({ caseId, proofs }: Props) {
  const { cases: words } = useLabels();
  const take = useMutation({
    mutationFn: (sha256: string) => download(`/api/v1/proofs/${sha256}?caseId=${caseId}`),
  });
  if (proofs.length === 0) return null;
  return (
    <>
      <Flex wrap gap={4}>
        {proofs.map((sha256, index) => (
          <Button key={sha256} size="small" onClick={() => take.mutate(sha256)}>
            {`${words.openProof} ${index + 1}`}
          </Button>
        ))}
      </Flex>
      {take.error && <ProblemNote error={take.error} />}
    </>
  );
}
