import type { Json } from './canonicalJson.ts';

/** Reads a JSON value into a type; throws ShapeError where it is none. */
export type Shape<T> = (value: Json | undefined, path: string) => T;

export class ShapeError extends Error {}

export function text(pattern: RegExp = /^/): Shape<string> {
  return (value, path) => {
    if (typeof value === 'string' && pattern.test(value)) return value;
    throw new ShapeError(`${path} is not what it should be`);
  };
}

export function oneOf<T extends string>(values: readonly T[]): Shape<T> {
  return (value, path) => {
    const found = values.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    throw new ShapeError(`${path} is none of ${values.join(', ')}`);
  };
}

/** A whole number of either sign. */
export const wholeNumber: Shape<number> = (value, path) => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new ShapeError(`${path} is no whole number`);
};

/** A whole number from 0. */
export const count: Shape<number> = (value, path) => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new ShapeError(`${path} is no count`);
};

/** @returns a shape that lets the field be absent */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, path) => (value === undefined ? undefined : shape(value, path));
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, path) => (value === null ? null : shape(value, path));
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, path) => {
    if (!isList(value)) throw new ShapeError(`${path} is no list`);
    return value.map((item, i) => shape(item, `${path}[${i}]`));
  };
}

export function table<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, path) =>
    Object.fromEntries(
      Object.entries(fieldsOf(value, path)).map(([name, item]) => [name, shape(item, `${path}.${name}`)]),
    );
}

/** Exactly these fields: one that is not known could say something that nobody checks. */
export function record<T>(read: (field: <F>(name: string, shape: Shape<F>) => F) => T): Shape<T> {
  return (value, path) => {
    const fields = new Map(Object.entries(fieldsOf(value, path)));
    const result = read((name, shape) => {
      const field = fields.get(name);
      fields.delete(name);
      return shape(field, `${path}.${name}`);
    });
    const [unknown] = fields.keys();
    if (unknown !== undefined) throw new ShapeError(`${path}.${unknown} is not known`);
    return result;
  };
}

function fieldsOf(value: Json | undefined, path: string): { readonly [name: string]: Json } {
  if (typeof value === 'object' && value !== null && !isList(value)) return value;
  throw new ShapeError(`${path} is no object`);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
