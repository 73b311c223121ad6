import { createHash, randomBytes } from 'node:crypto';

/** Prefix of the ids that WhatsApp Web clients make; the length is the one that Baileys' `generateMessageID` uses. */
const prefix = '3EB0';
const randomByteCount = 18;

/** The id a message has on WhatsApp's side. Fixed when the message is accepted and reused by every retry. */
export function newWaMessageId(): string {
  return prefix + randomBytes(randomByteCount).toString('hex').toUpperCase();
}

/** The same, made from the cause of the send, so that repeating the cause after a crash gives the same message. */
export function waMessageIdFrom(cause: string): string {
  return (
    prefix +
    createHash('sha256')
      .update(cause)
      .digest('hex')
      .slice(0, randomByteCount * 2)
      .toUpperCase()
  );
}
