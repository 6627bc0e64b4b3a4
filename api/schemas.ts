import { Type } from 'typebox';
import type { BusinessDate } from '../domain/businessDate.ts';
import { isBusinessDate } from '../domain/businessDate.ts';
import { DuizhangError } from '../domain/errors.ts';

export const oneOf = <T extends string>(values: readonly T[]) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values] });

export const DateText = Type.String({ format: 'date', examples: ['2026-03-09'] });

/**
 * What JSON schema cannot say of a span of dates.
 * @throws DZ_BAD_DATE, DZ_BAD_REQUEST
 */
export function checkSpan(span: { readonly from?: BusinessDate; readonly to?: BusinessDate }): void {
  for (const name of ['from', 'to'] as const) {
    const date = span[name];
    if (date !== undefined && !isBusinessDate(date)) {
      throw new DuizhangError(
        'DZ_BAD_DATE',
        `${name}=${date} is not a calendar date; write it as YYYY-MM-DD`,
      );
    }
  }
  if (span.from !== undefined && span.to !== undefined && span.from > span.to) {
    throw new DuizhangError('DZ_BAD_REQUEST', `from=${span.from} lies after to=${span.to}`);
  }
}

/** A file in one of several types, for the OpenAPI document: its bytes go past the serializer. */
export function fileResponse(contentTypes: readonly string[]) {
  const content = contentTypes.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]);
  return { description: 'the file', content: Object.fromEntries(content) };
}
