import { fetchInSession, session } from './client.ts';
import { offlineProblem, problemOf } from './problem.ts';

export type ReceivedFile = {
  /** null: the API names it not. */
  readonly name: string | null;
  readonly blob: Blob;
};

/**
 * A file of the API.
 * @param onBytes how much has come so far
 * @throws ApiProblem
 */
export async function fetchFile(path: string, onBytes: (bytes: number) => void): Promise<ReceivedFile> {
  const answer = await fetchInSession(new Request(path));
  if (!answer.ok) throw problemOf(answer, await answer.json().catch(() => null));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    for (const reader = answer.body?.getReader(); reader;) {
      const { value, done } = await reader.read();
      if (done) break;
      parts.push(value);
      bytes += value.length;
      onBytes(bytes);
    }
  } catch {
    // A file that breaks off is none.
    throw offlineProblem();
  }
  const type = answer.headers.get('content-type') ?? 'application/octet-stream';
  return { name: nameOf(answer.headers.get('content-disposition') ?? ''), blob: new Blob(parts, { type }) };
}

function nameOf(disposition: string): string | null {
  const [, encoded] = /filename\*=UTF-8''([^;]+)/.exec(disposition) ?? [];
  if (encoded !== undefined) return decodeURIComponent(encoded);
  return /filename="([^"]+)"/.exec(disposition)?.[1] ?? null;
}

/** Hands a file to the browser, which puts it where downloads go. */
export function saveFile(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/**
 * Sends a file as the body; unlike fetch it tells how far it is.
 * @param onShare of the bytes, 0 to 1
 * @throws ApiProblem
 */
export async function sendFile(path: string, file: Blob, onShare: (share: number) => void): Promise<unknown> {
  const token = await session.token();
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const request = new XMLHttpRequest();
  request.open('POST', path);
  request.responseType = 'json';
  request.setRequestHeader('content-type', 'application/octet-stream');
  if (token !== null) request.setRequestHeader('authorization', `Bearer ${token}`);
  request.upload.onprogress = ({ loaded, total }) => onShare(total === 0 ? 1 : loaded / total);
  request.upload.onload = () => onShare(1);
  request.onerror = () => reject(offlineProblem());
  request.onload = () => {
    const body: unknown = request.response;
    const answer = new Response(null, { status: request.status, statusText: request.statusText });
    if (answer.ok) return resolve(body);
    if (answer.status === 401) session.end('ENDED');
    return reject(problemOf(answer, body));
  };
  request.send(file);
  return promise;
}
