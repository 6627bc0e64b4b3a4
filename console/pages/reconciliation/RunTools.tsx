import { useQuery } from '@tanstack/react-query';
import { merchantsQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { MenuButton } from '../../parts/MenuButton.tsx';
import { pathWith, useDownload } from '../../parts/useDownload.tsx';
import { CloseDialog } from './CloseDialog.tsx';
import type { Run, RunMode } from './queries.ts';

/** What can be taken away of a run's day, and running it again. */
export function RunTools({ run, mode }: { readonly run: Run; readonly mode: RunMode }) {
  const { threeWay: words } = useLabels();
  const download = useDownload();
  const { data: merchants } = useQuery(merchantsQuery);
  const { merchantId, businessDate } = run;
  const formats = ['html', 'xlsx'] as const;
  const statement = (key: string): void => {
    const [span, format] = key.split(' ');
    const of = span === 'DAY' ? { date: businessDate } : { month: businessDate.slice(0, 7) };
    const what = span === 'DAY' ? words.daily : words.monthly;
    void download(pathWith('/api/v1/statements', { merchantId, ...of, format }), what);
  };
  const exported = (key: string): void => {
    const [list, format] = key.split(' ');
    const what = list === 'verdicts' ? words.exportAll : words.exportExceptions;
    void download(pathWith(`/api/v1/reconciliations/${run.id}/export`, { list, format }), what);
  };
  return (
    <>
      <MenuButton
        items={(['DAY', 'MONTH'] as const).flatMap((span) =>
          formats.map((format) => ({
            key: `${span} ${format}`,
            label: `${span === 'DAY' ? words.daily : words.monthly} · ${words[format]}`,
          })),
        )}
        onChoose={statement}
      >
        {words.statement}
      </MenuButton>
      <MenuButton
        items={(['verdicts', 'exceptions'] as const).flatMap((list) =>
          (['xlsx', 'csv'] as const).map((format) => ({
            key: `${list} ${format}`,
            label: `${list === 'verdicts' ? words.exportAll : words.exportExceptions} · ${format.toUpperCase()}`,
          })),
        )}
        onChoose={exported}
      >
        {words.exportVerdicts}
      </MenuButton>
      <CloseDialog
        hospitals={(merchants?.items ?? []).filter(({ id }) => id === merchantId)}
        merchantId={merchantId}
        date={businessDate}
        isAgain
        key={`${run.id} ${mode}`}
      />
    </>
  );
}
