import type { SendAnswer } from '../../domain/deliveryPorts.ts';

// What a service's word means for a message. Whatever is not known for a refusal is tried again later.

/** LATER: a limit of the service, or trouble of its own. REFUSED: the configuration is wrong, or the robot's settings are. */
export type CodeMeaning =
  | { readonly state: 'LATER'; readonly waitMs: number | null }
  | { readonly state: 'REFUSED'; readonly todo: string };

const MAX_DETAIL = 300;

/** A text of the outside: short, on one line, without any of our secrets. */
export function harmless(text: string, secrets: readonly string[]): string {
  let clean = text.replaceAll(/\p{Cc}+/gu, ' ');
  for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '***');
  return clean.length > MAX_DETAIL ? `${clean.slice(0, MAX_DETAIL)}…` : clean;
}

export function sent(detail: string): SendAnswer {
  return { state: 'SENT', detail };
}

export function later(detail: string, waitMs: number | null = null): SendAnswer {
  return { state: 'LATER', detail, waitMs };
}

/** @param said what the service said, harmless already */
export function answerOfMeaning(said: string, meaning: CodeMeaning): SendAnswer {
  return meaning.state === 'LATER'
    ? later(said, meaning.waitMs)
    : { state: 'REFUSED', detail: `${said}; ${meaning.todo}` };
}
