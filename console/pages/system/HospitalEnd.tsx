import { useQueryClient } from '@tanstack/react-query';
import { Button, DatePicker, Modal, Typography } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { businessDateOf } from '../../../domain/businessDate.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { useNow } from '../../parts/useNow.ts';
import { ConfirmChange } from './ConfirmChange.tsx';
import { pathOf } from './fields.ts';
import type { HospitalRow, Wish } from './queries.ts';
import { settingsChanged } from './queries.ts';

type Props = {
  readonly hospital: HospitalRow;
  readonly revision: number;
  readonly locked: string | null;
};

/** A hospital leaves with a date, and comes back; its days stay. */
export function HospitalEnd({ hospital: { merchantId, name, lastDate }, revision, locked }: Props) {
  const { system, common } = useLabels();
  const queries = useQueryClient();
  const today = businessDateOf(useNow(60_000));
  const [last, setLast] = useState<string | null>(null);
  const [wish, setWish] = useState<Wish | null>(null);
  const path = pathOf(merchantId, 'lastDate');
  const end = (): void => {
    setLast(null);
    setWish(null);
  };
  return (
    <>
      {lastDate === null ? (
        <Button danger disabled={locked !== null} onClick={() => setLast(today)}>
          {system.endHospital}
        </Button>
      ) : (
        // "none", and not the file's value, which may be what made it leave.
        <Button disabled={locked !== null} onClick={() => setWish({ path, value: 'none' })}>
          {system.resumeHospital}
        </Button>
      )}
      <Modal
        open={last !== null && wish === null}
        title={system.endHospitalTitle(name)}
        okText={system.previewNew}
        cancelText={common.cancel}
        onCancel={end}
        onOk={() => setWish({ path, value: last })}
      >
        <Typography.Paragraph>{system.endHospitalText}</Typography.Paragraph>
        <DatePicker
          aria-label={system.lastDate}
          allowClear={false}
          value={dayjs(last ?? today)}
          onChange={(day) => day && setLast(day.format('YYYY-MM-DD'))}
        />
      </Modal>
      {wish !== null && (
        <ConfirmChange
          base={revision}
          wishes={[wish]}
          onClose={end}
          onDone={() => {
            end();
            settingsChanged(queries);
          }}
        />
      )}
    </>
  );
}
