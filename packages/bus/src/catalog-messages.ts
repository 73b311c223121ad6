import { commands, type FactKind, facts, subjects } from '@multiwa/contracts';
import type { JsMsg } from 'nats';
import { toBusMessage } from './deliveries.js';
import { parseMessage, UnreadableMessage } from './parse.js';
import type { Publication } from './publisher.js';
import type * as types from './types.js';

/** What a command becomes on the wire. */
export function commandPublication<V extends types.CommandVerb>(
  verb: V,
  payload: types.CommandPayload<V>,
  headers?: types.BusHeaders,
): Publication {
  const subject = subjects.command(payload.profileId, verb);
  return { subject, dedupeKey: commands[verb].dedupeKey(payload), payload, headers };
}

/** What a fact becomes on the wire. */
export function factPublication<K extends FactKind>(
  kind: K,
  payload: types.FactPayload<K>,
  headers?: types.BusHeaders,
): Publication {
  // The keys read only what has no default, so what goes in serves as well as what comes out.
  const dedupeKey: (fact: never) => string = facts[kind].dedupeKey;
  return { subject: subjects.fact(payload.profileId, kind), dedupeKey: dedupeKey(payload as never), payload, headers };
}

/** The fact in a delivery. @throws UnreadableMessage */
export function parseFact(raw: JsMsg): types.FactMessage {
  const kind = raw.subject.split('.').at(-1) ?? '';
  if (!isFactKind(kind)) throw new UnreadableMessage(`its kind "${kind}" is unknown`);
  return { kind, ...toBusMessage(raw, parseMessage(facts[kind].schema, raw.data)) } as types.FactMessage;
}

function isFactKind(kind: string): kind is FactKind {
  return Object.hasOwn(facts, kind);
}
