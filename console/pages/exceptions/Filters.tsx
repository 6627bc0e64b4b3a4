import { getRouteApi } from '@tanstack/react-router';
import { Button, DatePicker, Input, Select } from 'antd';
import dayjs from 'dayjs';
import { CASE_STATUSES } from '../../../domain/apiPorts.ts';
import { CHANNELS, KINDS } from '../../../domain/entry.ts';
import { EXCEPTION_CODES, MODES } from '../../../domain/verdict.ts';
import { useLabels } from '../../labels/useLabels.ts';
import type { ExceptionsSearch } from './search.ts';

const route = getRouteApi('/exceptions');
const DAY = 'YYYY-MM-DD';

/** What the list is narrowed by; all of it is in the address. */
export function Filters() {
  const { exceptions: words, common, codes } = useLabels();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: Partial<ExceptionsSearch>) =>
    void navigate({ search: (was) => ({ ...was, ...change }) });
  const { from, to } = search;
  return (
    <>
      <DatePicker.RangePicker
        allowEmpty={[true, true]}
        style={{ width: 240 }}
        placeholder={[words.from, words.to]}
        value={[from === undefined ? null : dayjs(from), to === undefined ? null : dayjs(to)]}
        onChange={(days) => set({ from: days?.[0]?.format(DAY), to: days?.[1]?.format(DAY) })}
      />
      <Choice
        name={words.type}
        value={search.type}
        names={codes.verdict}
        of={[...EXCEPTION_CODES]}
        onChoose={(type) => set({ type })}
      />
      <Choice
        name={common.status}
        value={search.status}
        names={codes.caseStatus}
        of={CASE_STATUSES}
        onChoose={(status) => set({ status })}
      />
      <Choice
        name={words.mode}
        value={search.mode}
        names={codes.mode}
        of={MODES}
        onChoose={(mode) => set({ mode })}
      />
      <Choice
        name={common.channel}
        value={search.channel}
        names={codes.channel}
        of={CHANNELS}
        onChoose={(channel) => set({ channel })}
      />
      <Choice
        name={common.kind}
        value={search.kind}
        names={codes.kind}
        of={KINDS}
        onChoose={(kind) => set({ kind })}
      />
      <Typed
        key={`l${search.least ?? ''}`}
        name={words.least}
        value={search.least}
        width={96}
        onTyped={(least) => set({ least })}
      />
      <Typed
        key={`m${search.most ?? ''}`}
        name={words.most}
        value={search.most}
        width={96}
        onTyped={(most) => set({ most })}
      />
      <Typed
        key={`q${search.q ?? ''}`}
        name={words.numbers}
        value={search.q}
        width={232}
        onTyped={(q) => set({ q })}
      />
      <Button onClick={() => void navigate({ search: ({ hospital }) => ({ hospital }) })}>
        {words.clear}
      </Button>
    </>
  );
}

type ChoiceProps<Code extends string> = {
  readonly name: string;
  readonly value: Code | undefined;
  readonly of: readonly Code[];
  readonly names: Readonly<Record<Code, string>>;
  readonly onChoose: (code: Code | undefined) => void;
};

function Choice<Code extends string>({ name, value, of, names, onChoose }: ChoiceProps<Code>) {
  return (
    <Select<Code | null>
      aria-label={name}
      allowClear
      placeholder={name}
      value={value ?? null}
      style={{ width: 124 }}
      popupMatchSelectWidth={false}
      options={of.map((code) => ({ value: code, label: names[code] }))}
      onChange={(code) => onChoose(code ?? undefined)}
    />
  );
}

type TypedProps = {
  readonly name: string;
  readonly value: string | undefined;
  readonly width: number;
  readonly onTyped: (text: string | undefined) => void;
};

/** Taken on Enter and when one leaves the field, not with each letter. */
function Typed({ name, value = '', width, onTyped }: TypedProps) {
  const take = (typed: string) => {
    const text = typed.trim();
    if (text !== value) onTyped(text === '' ? undefined : text);
  };
  return (
    <Input
      aria-label={name}
      placeholder={name}
      defaultValue={value}
      allowClear
      maxLength={64}
      style={{ width }}
      onPressEnter={({ currentTarget }) => take(currentTarget.value)}
      onBlur={({ currentTarget }) => take(currentTarget.value)}
    />
  );
}
