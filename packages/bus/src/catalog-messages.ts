import { commands, type EventEnvelope, eventEnvelopeSchema, type FactKind, facts, subjects } from '@multiwa/contracts';
import type { JsMsg } from 'nats';
import { toBusMessage } from './deliveries.js';
import { parseMessage, UnreadableMessage } from './parse.js';
import type { Publication } from './publisher.js';
import type * as types from './types.js';

/** What a command becomes on the wire. */
export function commandPublication({ verb, payload, ...beside }: types.CommandItem): Publication {
  const subject = subjects.command(payload.profileId, verb);
  const dedupeKey: (command: never) => string = commands[verb].dedupeKey;
  return { what: `command ${verb}`, subject, dedupeKey: dedupeKey(payload as never), payload, ...beside };
}

/** What a fact becomes on the wire. */
export function factPublication({ kind, payload, ...beside }: types.FactItem): Publication {
  // The keys read only what has no default, so what goes in serves as well as what comes out.
  const dedupeKey: (fact: never) => string = facts[kind].dedupeKey;
  const subject = subjects.fact(payload.profileId, kind);
  return { what: `fact ${kind}`, subject, dedupeKey: dedupeKey(payload as never), payload, ...beside };
}

/** The fact in a delivery. @throws UnreadableMessage */
export function parseFact(raw: JsMsg): types.FactMessage {
  const kind = raw.subject.split('.').at(-1) ?? '';
  if (!isFactKind(kind)) throw new UnreadableMessage(`its kind "${kind}" is unknown`);
  return { kind, ...toBusMessage(raw, parseMessage(facts[kind].schema, raw.data)) } as types.FactMessage;
}

/** The event in a message. Its subject says whose it is, so an envelope that says otherwise was put there by somebody else. */
export function parseEvent({ subject, data }: Pick<JsMsg, 'subject' | 'data'>): EventEnvelope {
  const envelope = parseMessage(eventEnvelopeSchema, data);
  const { workspaceId, profileId, type } = envelope;
  if (subjects.event(workspaceId, profileId, type) === subject) return envelope;
  throw new UnreadableMessage('its subject belongs to another event');
}

function isFactKind(kind: string): kind is FactKind {
  return Object.hasOwn(facts, kind);
}
