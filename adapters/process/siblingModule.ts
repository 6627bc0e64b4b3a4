import { extname } from 'node:path';

/**
 * A module that runs in a thread or a process of its own: it lies beside its caller, as source (.ts) or compiled (.js).
 * @param name without its extension, e.g. `./engineProcess`
 */
export function siblingModule(callerUrl: string, name: string): URL {
  return new URL(`${name}${extname(new URL(callerUrl).pathname)}`, callerUrl);
}
