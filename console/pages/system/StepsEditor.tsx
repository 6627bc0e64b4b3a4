import { Button, Flex, Select, Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { DurationEditor } from './DurationEditor.tsx';
import type { StepValue } from './values.ts';
import { durationOf } from './values.ts';

type Props = {
  readonly label: string;
  readonly steps: readonly StepValue[];
  readonly contacts: readonly string[];
  readonly disabled: boolean;
  readonly onChange: (steps: readonly StepValue[]) => void;
};

const MOST = 8;
const STEP_MINUTES = 10;

/** Who is told at once, and who next while nobody has acknowledged the alert. */
export function StepsEditor({ label, steps, contacts, disabled, onChange }: Props) {
  const { system } = useLabels();
  const put = (index: number, step: StepValue): void =>
    onChange(steps.map((each, at) => (at === index ? step : each)));
  const lastMinutes = durationOf(steps.at(-1)?.after)?.count ?? 0;
  return (
    <Flex vertical gap={8}>
      {steps.map((step, index) => (
        <Flex key={index} wrap gap={8} align="center">
          {index === 0 ? (
            <Typography.Text style={{ minWidth: 88 }}>{system.stepAtOnce}</Typography.Text>
          ) : (
            <>
              <Typography.Text>{system.stepAfter}</Typography.Text>
              <DurationEditor
                path="/after"
                value={step.after}
                disabled={disabled}
                contacts={contacts}
                onChange={(after) => put(index, { ...step, after: String(after) })}
              />
            </>
          )}
          <Select
            mode="multiple"
            aria-label={`${label} ${system.contacts} ${index + 1}`}
            placeholder={system.contacts}
            disabled={disabled}
            value={[...step.to]}
            options={contacts.map((value) => ({ value, label: value }))}
            style={{ minWidth: 200, flex: 1 }}
            onChange={(to: readonly string[]) => put(index, { ...step, to })}
          />
          {index > 0 && (
            <Button
              size="small"
              disabled={disabled}
              onClick={() => onChange(steps.filter((_, at) => at !== index))}
            >
              {system.removeStep}
            </Button>
          )}
        </Flex>
      ))}
      <div>
        <Button
          size="small"
          disabled={disabled || steps.length >= MOST}
          onClick={() => onChange([...steps, { to: [], after: `${lastMinutes + STEP_MINUTES}m` }])}
        >
          {system.addStep}
        </Button>
      </div>
    </Flex>
  );
}
