type Reader<Value> = (raw: unknown) => Value | undefined;
type Shape = Readonly<Record<string, Reader<unknown>>>;
type Read<S extends Shape> = { readonly [Name in keyof S]?: NonNullable<ReturnType<S[Name]>> | undefined };

/**
 * Typed search parameters of a page: what does not fit is undefined, so that an old or mistyped link still opens. It is not absent:
 * the router lays what is read over what the address says.
 */
export function searchOf<S extends Shape>(shape: S): (raw: Readonly<Record<string, unknown>>) => Read<S> {
  return (raw) => {
    const values = Object.entries(shape)
      .map(([name, read]) => [name, read(raw[name])] as const)
      .filter(([name, value]) => value !== undefined || name in raw);
    // Each value was read by the reader of its name.
    return Object.fromEntries(values) as Read<S>;
  };
}

export const text: Reader<string> = (raw) => {
  const said = typeof raw === 'number' ? String(raw) : raw;
  return typeof said === 'string' && said !== '' && said.length <= 128 ? said : undefined;
};

export function oneOf<Value extends string>(values: readonly Value[]): Reader<Value> {
  return (raw) => values.find((value) => value === raw);
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
export const date: Reader<string> = (raw) =>
  typeof raw === 'string' && DATE.test(raw) && !Number.isNaN(Date.parse(raw)) ? raw : undefined;

export const flag: Reader<boolean> = (raw) => (typeof raw === 'boolean' ? raw : undefined);
