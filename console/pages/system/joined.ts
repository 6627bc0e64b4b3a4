import type { Labels } from '../../labels/zh.ts';

/** A list in one line, as the language writes it. */
export function joined({ separator }: Labels['system'], items: readonly string[]): string {
  return items.join(separator);
}
