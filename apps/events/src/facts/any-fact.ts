import type { FactMessage } from '@multiwa/bus';

/** A fact as it came from the bus, without what only the bus knows. */
export type AnyFact = {
  [K in FactMessage['kind']]: { kind: K; payload: Extract<FactMessage, { kind: K }>['payload']; traceparent?: string };
}[FactMessage['kind']];
