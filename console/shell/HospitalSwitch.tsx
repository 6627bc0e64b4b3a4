import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Select } from 'antd';
import { meQuery } from '../api/queries.ts';
import { useLabels } from '../labels/useLabels.ts';

/** The hospital that every page looks at; in the address, so that a link shows the same. */
export function useHospital(): string | undefined {
  return useSearch({ from: '__root__' }).hospital;
}

export function HospitalSwitch() {
  const { common } = useLabels();
  const { data: me } = useSuspenseQuery(meQuery);
  const hospital = useHospital();
  const navigate = useNavigate();
  return (
    <Select
      aria-label={common.hospital}
      value={hospital ?? ''}
      showSearch={{ optionFilterProp: 'label' }}
      style={{ width: 260, maxWidth: '40vw' }}
      options={[
        { value: '', label: common.allHospitals },
        ...me.merchants.map(({ id, name }) => ({ value: id, label: common.withNote(name, id) })),
      ]}
      onChange={(id) =>
        void navigate({ to: '.', search: (was) => ({ ...was, hospital: id === '' ? undefined : id }) })
      }
    />
  );
}
