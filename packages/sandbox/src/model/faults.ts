import type { BinaryNode } from './node.js';
import { childOf } from './node.js';

/** From the client to the server, or the other way. */
export type Direction = 'in' | 'out';

/** Who a node came from or goes to. */
export interface Peer {
  phone?: string;
  device?: number;
}

/** Which nodes a rule is about; every given field must agree. */
export interface FaultMatch {
  tag?: string;
  /** Node attributes, compared exactly (`class`, `type`, `id`, `xmlns`, `to`, …). */
  attrs?: Record<string, string>;
  /** Tag of a child that must be present. */
  child?: string;
  phone?: string;
  device?: number;
}

export type FaultAction =
  /** The node never happened. */
  | { do: 'drop' }
  /** The node is handled this much later; later nodes overtake it. */
  | { do: 'delay'; delayMs: number }
  /** The node is handled this many times. */
  | { do: 'duplicate'; copies: number }
  /** A message or IQ from a client is answered with this error instead of being handled. */
  | { do: 'error'; code: number }
  /** The connection ends: `reset` as a broken cable does, `end` as a server does, or by a stream error or failure code. */
  | { do: 'close'; how: 'reset' | 'end' | 'stream-error' | 'failure'; code?: number; when: 'before' | 'after' }
  /** While what waited offline is handed over, reset after this many receipts and before saying that it was all. */
  | { do: 'cut-offline-drain'; afterReceipts: number }
  /** One byte of each ciphertext in the node is flipped. */
  | { do: 'corrupt' }
  /** A message comes without its ciphertexts, as what was not encrypted for a device does; `type` is what WhatsApp says of why. */
  | { do: 'withhold'; type?: string }
  /** The node is lost, and from then on the server neither reads nor answers, while the socket stays up. */
  | { do: 'half-open' };

/** One rule; the first that matches a node applies. */
export interface FaultRule {
  direction: Direction;
  match: FaultMatch;
  action: FaultAction;
  /** How often it applies before it is spent; undefined: always. */
  times?: number;
  /** Nodes that match but are let through first. */
  skip?: number;
  /** Share of the matching nodes it applies to, drawn from a generator seeded with `seed`. */
  probability?: number;
  seed?: number;
}

export type ActiveFault = FaultRule & { id: string; applied: number; seen: number };

/** A rule that applies to a node. */
export interface AppliedFault {
  rule: string;
  action: FaultAction;
}

/** The rules in force. */
export class FaultRules {
  private readonly rules = new Map<string, { fault: ActiveFault; random: () => number }>();
  private nextId = 1;

  add(rule: FaultRule): ActiveFault {
    const fault: ActiveFault = { ...rule, id: `fault-${this.nextId++}`, applied: 0, seen: 0 };
    this.rules.set(fault.id, { fault, random: seededRandom(rule.seed ?? 1) });
    return { ...fault };
  }

  list(): ActiveFault[] {
    return [...this.rules.values()].map(({ fault }) => ({ ...fault }));
  }

  /** Returns whether there was such a rule. */
  remove(id: string): boolean {
    return this.rules.delete(id);
  }

  clear(): void {
    this.rules.clear();
  }

  /** The rule for this node, counting it as applied; undefined lets the node pass. */
  apply(direction: Direction, node: BinaryNode, peer: Peer): AppliedFault | undefined {
    return this.take((fault) => fault.action.do !== 'cut-offline-drain' && matches(fault, direction, node, peer));
  }

  /** After how many receipts the offline hand-over to this device is to be cut, if at all, and by which rule. */
  applyDrainCut(peer: Peer): { rule: string; afterReceipts: number } | undefined {
    const taken = this.take((fault) => fault.action.do === 'cut-offline-drain' && matchesPeer(fault.match, peer));
    if (taken?.action.do !== 'cut-offline-drain') return undefined;
    return { rule: taken.rule, afterReceipts: taken.action.afterReceipts };
  }

  private take(wanted: (fault: ActiveFault) => boolean): AppliedFault | undefined {
    for (const { fault, random } of this.rules.values()) {
      if (fault.times !== undefined && fault.applied >= fault.times) continue;
      if (!wanted(fault)) continue;
      fault.seen += 1;
      if (fault.seen <= (fault.skip ?? 0)) continue;
      if (fault.probability !== undefined && random() >= fault.probability) continue;
      fault.applied += 1;
      return { rule: fault.id, action: fault.action };
    }
    return undefined;
  }
}

function matches(fault: FaultRule, direction: Direction, node: BinaryNode, peer: Peer): boolean {
  const { match } = fault;
  if (fault.direction !== direction) return false;
  if (match.tag !== undefined && match.tag !== node.tag) return false;
  if (match.child !== undefined && !childOf(node, match.child)) return false;
  if (!matchesPeer(match, peer)) return false;
  return Object.entries(match.attrs ?? {}).every(([name, value]) => node.attrs[name] === value);
}

function matchesPeer(match: FaultMatch, peer: Peer): boolean {
  if (match.phone !== undefined && match.phone !== peer.phone) return false;
  return match.device === undefined || match.device === peer.device;
}

/** Flips one byte of every `enc` in the node, at any depth; the node itself is left as it is. */
export function corruptNode(node: BinaryNode): BinaryNode {
  if (Array.isArray(node.content)) return { ...node, content: node.content.map(corruptNode) };
  if (node.tag !== 'enc' || !(node.content instanceof Uint8Array)) return node;
  const content = Buffer.from(node.content);
  const middle = Math.floor(content.length / 2);
  content.writeUInt8(content.readUInt8(middle) ^ 0xff, middle);
  return { ...node, content };
}

/** A message with `unavailable` in place of its ciphertexts. */
export function withholdContent(node: BinaryNode, type: string | undefined): BinaryNode {
  const attrs: BinaryNode['attrs'] = type === undefined ? {} : { type };
  return { ...node, content: [{ tag: 'unavailable', attrs }] };
}

/** mulberry32: small, and the same sequence for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
