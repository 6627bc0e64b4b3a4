import { useMutation } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useLabels } from '../../labels/useLabels.ts';
import { MenuButton } from '../../parts/MenuButton.tsx';
import { pathWith, useDownload } from '../../parts/useDownload.tsx';
import { useHospital } from '../../shell/HospitalSwitch.tsx';

const route = getRouteApi('/exceptions');

/** The list as a file; what the API cannot narrow a file by is said on the button. */
export function ExportButton() {
  const { exceptions: words } = useLabels();
  const { from, to, mode } = route.useSearch();
  const merchantId = useHospital();
  const download = useDownload();
  const taken = useMutation({
    mutationFn: (format: string) =>
      download(pathWith('/api/v1/exports/exceptions', { format, from, to, mode, merchantId }), words.title),
  });
  const items = [
    { key: 'xlsx', label: words.sheet },
    { key: 'csv', label: words.csv },
    { key: 'jsonl', label: words.lines },
  ];
  return (
    <MenuButton
      items={items}
      onChoose={(format) => taken.mutate(format)}
      loading={taken.isPending}
      title={words.exportHint}
    >
      {words.export}
    </MenuButton>
  );
}
