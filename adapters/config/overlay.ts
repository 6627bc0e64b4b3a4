import { isDeepStrictEqual } from 'node:util';
import type { Document } from 'yaml';
import { isScalar } from 'yaml';
import type { Json } from '../../domain/canonicalJson.ts';
import type { Overlay } from '../../domain/settings.ts';
import { madeBySetting, stepsOf } from '../../domain/settings.ts';

// A configuration's document with what is set in the console on top of it.

type Values = Readonly<Record<string, unknown>>;

/** Steps into the document of a setting's path; null: the file has no such hospital (or section) any more. */
export function placeIn(document: unknown, path: string): readonly (string | number)[] | null {
  const steps = stepsOf(path);
  const [first, merchantId, ...rest] = steps;
  // Whom alerts are told to is named in the file alone.
  if (first === 'alerts') return fieldOf(document, 'alerts') === undefined ? null : steps;
  if (first !== 'merchants') return steps;
  const merchants = fieldOf(document, 'merchants');
  if (!Array.isArray(merchants)) return null;
  const index = merchants.findIndex((merchant) => fieldOf(merchant, 'id') === merchantId);
  return index < 0 ? null : ['merchants', index, ...rest];
}

/** @returns the document as plain values; nothing of what is handed in is changed */
export function withOverlay(document: unknown, overlay: Overlay): unknown {
  let merged = withHospitals(document, overlay);
  for (const [path, { value }] of overlay) {
    const place = placeIn(merged, path);
    if (place !== null) merged = setAt(merged, place, value);
  }
  return merged;
}

/** Hospitals that are made in the console stand below those of the file, in the order in which they were made. */
function withHospitals(document: unknown, overlay: Overlay): unknown {
  const merchants = fieldOf(document, 'merchants');
  const made = hospitalsToMake(document, overlay).map((id) => ({ id }));
  if (!isValues(document) || !Array.isArray(merchants) || made.length === 0) return document;
  return { ...document, merchants: [...merchants, ...made] };
}

function hospitalsToMake(document: unknown, overlay: Overlay): readonly string[] {
  return [...overlay.keys()].flatMap((path) => {
    const made = madeBySetting(path);
    return made === null || placeIn(document, path) !== null ? [] : [made];
  });
}

/** What a document says at a path; null: nothing. A channel's number alone is the same as an object with it. */
export function saidAt(document: unknown, path: string): Json {
  const place = placeIn(document, path);
  if (place === null) return null;
  let value: unknown = document;
  for (const step of place) value = fieldOf(value, step);
  const said = value === undefined ? null : asJson(value);
  const [, , group] = stepsOf(path);
  return group === 'channels' && typeof said === 'string' ? { merchantNo: said } : said;
}

/** Where a path of the merged document, with hospitals by their place in it, was set in the console; null: it was not. */
export function overrideAt(document: unknown, steps: readonly string[], overlay: Overlay): string | null {
  const set = [...overlay.keys()].find((path) => {
    const place = placeIn(document, path)?.map(String);
    return place !== undefined && isDeepStrictEqual(place, steps.slice(0, place.length));
  });
  return set ?? null;
}

/**
 * Writes what is set into the file's own document: comments, order and quotes stay where they are.
 * @throws where the file has a part in several places by an alias
 */
export function writeOverlay(document: Document, overlay: Overlay): void {
  for (const id of hospitalsToMake(document.toJS(), overlay))
    document.addIn(['merchants'], document.createNode({ id }));
  for (const [path, { value }] of overlay) {
    const place = placeIn(document.toJS(), path);
    if (place === null) continue;
    const node = document.getIn(place, true);
    if (isScalar(node) && (value === null || typeof value !== 'object')) node.value = value;
    else document.setIn(place, document.createNode(bareChannel(path, value)));
  }
}

/** A number without anything more to say of it is written as files have it. */
function bareChannel(path: string, value: Json): Json {
  const [, , group] = stepsOf(path);
  if (group !== 'channels' || typeof value !== 'object' || value === null || Array.isArray(value))
    return value;
  const fields = Object.entries(value);
  const [only] = fields;
  return only && fields.length === 1 && only[0] === 'merchantNo' ? asJson(only[1]) : value;
}

function setAt(into: unknown, [step, ...rest]: readonly (string | number)[], value: Json): unknown {
  if (step === undefined) return value;
  if (Array.isArray(into)) {
    return into.map((item: unknown, index) => (index === step ? setAt(item, rest, value) : item));
  }
  const fields = isValues(into) ? into : {};
  return { ...fields, [step]: setAt(fields[step], rest, value) };
}

function fieldOf(value: unknown, step: string | number): unknown {
  if (Array.isArray(value)) return value[Number(step)];
  return isValues(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What YAML holds is JSON but for dates, which the schema refuses. */
function asJson(value: unknown): Json {
  const json: Json = JSON.parse(JSON.stringify(value) ?? 'null');
  return json;
}
