import { randomBytes } from 'node:crypto';
import type { OutboundOf, ParsedSend } from '@multiwa/contracts';

type Input = Extract<ParsedSend, { type: 'POLL' }>;

const SECRET_BYTES = 32;

/** The secret is made here and stored with the poll: every copy of it must carry the same, and votes are read with it. */
export function composePoll({ type, question, options, multiple }: Input): OutboundOf<'POLL'> {
  return { type, question, options, multiple, secret: randomBytes(SECRET_BYTES).toString('base64') };
}
