import type { EventEnvelope } from '@multiwa/contracts';
import { encodeEventCursor } from '@multiwa/domain';

/** One event in the text/event-stream format (HTML standard, 9.2). JSON holds no line breaks, so data is one line. */
export function eventFrame(streamSequence: number, envelope: EventEnvelope): string {
  const id = encodeEventCursor(streamSequence);
  return `id: ${id}\nevent: ${envelope.type}\ndata: ${JSON.stringify(envelope)}\n\n`;
}

/** A line that readers skip; it keeps the connection, and tells that it is there. */
export function comment(text: string): string {
  return `: ${text}\n\n`;
}

/** A heartbeat that moves the reader's cursor: an id without data is no event, but is what comes back as Last-Event-ID. */
export function position(streamSequence: number): string {
  return `id: ${encodeEventCursor(streamSequence)}\n\n`;
}
