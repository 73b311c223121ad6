import { createHash } from 'node:crypto';
import cuid from '@bugsnag/cuid';

/** A new id of ours: time-ordered, so that indexes grow at their end; letters and digits only, so that it fits a NATS subject. */
export function newId(): string {
  return cuid();
}

const ID_LENGTH = 25;

/** An id of ours made from what it names, so that whoever names it again makes the same one. */
export function idFrom(cause: string): string {
  const digits = BigInt(`0x${createHash('sha256').update(cause).digest('hex')}`).toString(36);
  return `c${digits.padStart(ID_LENGTH, '0').slice(0, ID_LENGTH - 1)}`;
}
