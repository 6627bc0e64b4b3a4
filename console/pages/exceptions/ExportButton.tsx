import { useMutation } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { App, Button, Dropdown } from 'antd';
import { download } from '../../api/download.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { problemText } from '../../parts/ProblemNote.tsx';
import { useHospital } from '../../shell/HospitalSwitch.tsx';
import { useLook } from '../../shell/look.ts';

const route = getRouteApi('/exceptions');

/** The list as a file; what the API cannot narrow a file by is said on the button. */
export function ExportButton() {
  const labels = useLabels();
  const { exceptions: words } = labels;
  const { language } = useLook();
  const { message } = App.useApp();
  const { from, to, mode } = route.useSearch();
  const merchantId = useHospital();
  const taken = useMutation({
    mutationFn: (format: string) => {
      const query = new URLSearchParams({ format });
      for (const [name, value] of Object.entries({ from, to, mode, merchantId }))
        if (value !== undefined) query.set(name, value);
      void message.info(words.exporting);
      return download(`/api/v1/exports/exceptions?${query.toString()}`);
    },
    onError: (error) => void message.error(problemText(error, language, labels)),
  });
  const items = [
    { key: 'xlsx', label: words.sheet },
    { key: 'csv', label: words.csv },
    { key: 'jsonl', label: words.lines },
  ];
  return (
    <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => taken.mutate(key) }}>
      <Button loading={taken.isPending} title={words.exportHint}>
        {words.export}
      </Button>
    </Dropdown>
  );
}
