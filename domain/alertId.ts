import { hash } from 'node:crypto';
import type { AlertSubject } from './alert.ts';

/** What tells alerts apart while they are open: two at once about the same are one. */
export function subjectKeyOf({ kind, merchantId, book, channel, detail }: AlertSubject): string {
  return JSON.stringify([kind, merchantId, book, channel, detail]);
}

/** The same for the same subject and time, so that whoever is told twice can see it. */
export function alertIdOf(subject: AlertSubject, openedAtMs: number): string {
  return hash('sha256', `${subjectKeyOf(subject)} ${openedAtMs}`, 'hex').slice(0, 32);
}
