import { Button, Card, Empty, Flex, Select, Typography } from 'antd';
import { ALERT_KINDS, ALERT_SEVERITIES } from '../../../domain/alert.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { useMerchants } from './useMerchants.ts';
import type { EditorProps } from './editorProps.ts';
import { StepsEditor } from './StepsEditor.tsx';
import type { RouteValue } from './values.ts';
import { routesOf } from './values.ts';

/** Which alerts are told to whom: the first route that fits counts. */
export function RoutesEditor({ value, onChange, disabled, contacts }: EditorProps) {
  const { system, codes } = useLabels();
  const hospitals = useMerchants();
  const routes = routesOf(value);
  const put = (index: number, route: RouteValue): void =>
    onChange(routes.map((each, at) => (at === index ? route : each)));
  const select = <Name extends 'merchants' | 'severities' | 'kinds'>(
    index: number,
    name: Name,
    options: readonly { readonly value: string; readonly label: string }[],
    words: { readonly label: string; readonly any: string },
  ) => (
    <Select
      mode="multiple"
      aria-label={`${system.routeNo(index + 1)} ${words.label}`}
      placeholder={words.any}
      disabled={disabled}
      value={[...(routes[index]?.[name] ?? [])]}
      options={[...options]}
      style={{ minWidth: 200, flex: 1 }}
      onChange={(list: readonly string[]) => {
        const { [name]: _, ...others } = routes[index] ?? { steps: [] };
        onChange(
          routes.map((each, at) =>
            at === index ? { ...others, ...(list.length === 0 ? {} : { [name]: list }) } : each,
          ),
        );
      }}
    />
  );
  return (
    <Flex vertical gap={12}>
      {routes.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={system.noRoutes} />}
      {routes.map((route, index) => (
        <Card
          key={index}
          size="small"
          title={system.routeNo(index + 1)}
          extra={
            <Button
              size="small"
              disabled={disabled}
              onClick={() => onChange(routes.filter((_, at) => at !== index))}
            >
              {system.removeRoute}
            </Button>
          }
        >
          <Flex wrap gap={8}>
            {select(index, 'severities', codesOf(ALERT_SEVERITIES, codes.alertSeverity), {
              label: system.severities,
              any: system.anySeverity,
            })}
            {select(index, 'kinds', codesOf(ALERT_KINDS, codes.alertKind), {
              label: system.kinds,
              any: system.anyKind,
            })}
            {select(index, 'merchants', hospitals, { label: system.reachHospitals, any: system.anyHospital })}
          </Flex>
          <Typography.Paragraph type="secondary" style={{ marginBlock: 8 }}>
            {system.steps}
          </Typography.Paragraph>
          <StepsEditor
            label={system.routeNo(index + 1)}
            steps={route.steps}
            contacts={contacts}
            disabled={disabled}
            onChange={(steps) => put(index, { ...route, steps })}
          />
        </Card>
      ))}
      <div>
        <Button
          disabled={disabled}
          onClick={() => onChange([...routes, { steps: [{ to: contacts.slice(0, 1) }] }])}
        >
          {system.addRoute}
        </Button>
      </div>
    </Flex>
  );
}

function codesOf<Code extends string>(codes: readonly Code[], words: Readonly<Record<Code, string>>) {
  return codes.map((value) => ({ value, label: words[value] }));
}
