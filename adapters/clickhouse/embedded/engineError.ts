/** A failure as ClickHouse's HTTP interface tells it. */
export type EngineFailure = { readonly code: number; readonly status: number; readonly message: string };

/** HTTP statuses by exception code, after exceptionCodeToHTTPStatus in ClickHouse's sources. All others are 500. */
const STATUS_OF_CODE: ReadonlyMap<number, number> = new Map([
  ...[6, 26, 27, 36, 38, 41, 42, 43, 44, 53, 62, 72, 117, 130, 321, 456].map((c) => [c, 400] as const),
  ...[46, 47, 50, 56, 60, 81, 115].map((code) => [code, 404] as const),
  [48, 501],
  [159, 408],
  [164, 403],
  [168, 413],
]);

const CODED = /Code: (\d+)\. /;

export function failure(code: number, name: string, text: string): EngineFailure {
  return {
    code,
    status: STATUS_OF_CODE.get(code) ?? 500,
    message: `Code: ${code}. DB::Exception: ${text}. (${name})`,
  };
}

/** Reads ClickHouse's code out of what chdb throws. */
export function failureOf(error: unknown): EngineFailure {
  const message = error instanceof Error ? error.message : String(error);
  const code = Number(CODED.exec(message)?.[1] ?? Number.NaN);
  if (Number.isNaN(code)) return failure(1001, 'STD_EXCEPTION', message);
  return { code, status: STATUS_OF_CODE.get(code) ?? 500, message };
}
