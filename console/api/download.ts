import { fetchInSession } from './client.ts';
import { problemOf } from './problem.ts';

/**
 * A file of the API, which a link cannot fetch: the token goes in a header.
 * @throws ApiProblem when it was refused
 */
export async function fileOf(path: string): Promise<{ readonly name: string; readonly bytes: Blob }> {
  const answer = await fetchInSession(new Request(path));
  if (!answer.ok) throw problemOf(answer, await answer.json().catch(() => null));
  return { name: nameOf(answer.headers.get('content-disposition') ?? ''), bytes: await answer.blob() };
}

/** Hands a file of the API to the browser as a download. */
export async function download(path: string): Promise<void> {
  const { name, bytes } = await fileOf(path);
  const url = URL.createObjectURL(bytes);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the bytes by then; it would keep them until the page ends.
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function nameOf(disposition: string): string {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  if (encoded !== undefined) return decodeURIComponent(encoded);
  return /filename="?([^";]+)"?/i.exec(disposition)?.[1] ?? 'duizhang';
}
