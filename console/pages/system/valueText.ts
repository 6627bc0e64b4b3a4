import type { Labels } from '../../labels/zh.ts';
import { countText, percentText } from '../../parts/texts.ts';
import { editorOf, mayBeOff } from './fields.ts';
import type { DurationUnit } from './values.ts';
import type { RatePart } from './matchRate.ts';
import { restOfRate } from './matchRate.ts';
import { at, channelOf, durationOf, listOf, numberOf, quietOf, routesOf, textOf } from './values.ts';
import { joined } from './joined.ts';

/** A setting's value in words. @param inherited what counts for parts of it that are not said */
export function valueText(path: string, value: unknown, labels: Labels, inherited?: unknown): string {
  const { system, codes } = labels;
  if (value === null || value === undefined) return system.unset;
  if (value === 'off' && mayBeOff(path)) return system.off;
  switch (editorOf(path)) {
    case 'durationOrOff':
    case 'duration':
    case 'signedDuration':
      return durationText(value, labels);
    case 'amount':
      return value === 'never' ? system.never : `${textOf(value)} ${system.yuan}`;
    case 'plainAmount':
      return `${textOf(value)} ${system.yuan}`;
    case 'count':
    case 'countOrOff':
      return `${textOf(value)} ${system.ordersUnit}`;
    case 'ordersWithin':
      return system.ordersWithinText(textOf(at(value, 'orders')), durationText(at(value, 'within'), labels));
    case 'matchRate':
      return matchRateText(value, inherited, labels);
    case 'healingMode':
      return Object.entries(system.healingModes).find(([mode]) => mode === value)?.[1] ?? textOf(value);
    case 'flag':
      return value === true ? system.yes : system.no;
    case 'mode':
      return value === 'TWO_WAY' ? codes.mode.TWO_WAY : codes.mode.THREE_WAY;
    case 'lastDate':
      return value === 'none' ? system.stays : textOf(value);
    case 'methods':
      return joined(
        system,
        listOf(value).map((method) => methodText(method, labels)),
      );
    case 'channel':
      return channelText(value, labels);
    case 'quietHours': {
      const quiet = quietOf(value);
      return quiet === null ? system.unset : `${quiet.from}–${quiet.to}`;
    }
    case 'routes': {
      const routes = routesOf(value);
      if (routes.length === 0) return system.noRoutes;
      const names = routes.flatMap(({ steps }) => steps.flatMap(({ to }) => to));
      return `${system.routesCount(countText(routes.length))}${labels.common.colon}${joined(system, [...new Set(names)])}`;
    }
    default:
      return textOf(value);
  }
}

/** Of those that the program knows; a hospital's own words are its own. */
export function methodText(method: string, { system }: Labels): string {
  return Object.entries(system.methods).find(([code]) => code === method)?.[1] ?? method;
}

export function unitText(unit: DurationUnit, { system }: Labels): string {
  return {
    ms: system.millis,
    s: system.seconds,
    m: system.minutesUnit,
    h: system.hoursUnit,
    d: system.daysUnit,
  }[unit];
}

export function durationText(value: unknown, labels: Labels): string {
  const duration = durationOf(value);
  return duration === null ? textOf(value) : `${duration.count} ${unitText(duration.unit, labels)}`;
}

/** All four parts, with those that are not said of it as they count otherwise. */
function matchRateText(value: unknown, inherited: unknown, labels: Labels): string {
  const { system } = labels;
  const rest = restOfRate(inherited);
  const part = (name: RatePart, words: (said: unknown) => string): string => {
    const said = at(value, name);
    return said === undefined ? system.inheritedPart(words(rest[name])) : words(said);
  };
  const share =
    (label: string) =>
    (said: unknown): string =>
      `${label} ${percentText(numberOf(said) ?? 0, 1)}`;
  return [
    part('below', share(system.rateBelow)),
    part('belowUsualBy', share(system.rateBelowUsual)),
    part('atLeastOrders', (said) => `${system.rateAtLeastOrders} ${textOf(said)} ${system.ordersUnit}`),
    part('within', (said) => durationText(said, labels)),
  ].join(' · ');
}

function channelText(value: unknown, { system }: Labels): string {
  const { merchantNo, feeRate, ownRows } = channelOf(value);
  const own = Object.values(ownRows ?? {}).flat();
  const parts = [
    merchantNo,
    feeRate === undefined ? '' : `${system.feeRate} ${feeRate}`,
    joined(system, own),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}
