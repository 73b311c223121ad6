import type { z } from 'zod';
import { decode } from './codec.js';

/** Says which fields are wrong, never what stands in them. */
export class UnreadableMessage extends Error {}

/** Parses what arrived. @throws UnreadableMessage */
export function parseMessage<S extends z.ZodType>(schema: S, data: Uint8Array): z.output<S> {
  let value: unknown;
  try {
    value = decode(data);
  } catch {
    // The parser's own sentence quotes the input.
    throw new UnreadableMessage('it is not JSON');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'it'} (${issue.code})`);
  throw new UnreadableMessage(`not of its schema: ${fields.join(', ')}`);
}
