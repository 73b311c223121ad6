import type { Direction, Peer } from './faults.js';
import { type BinaryNode, shapeOf } from './node.js';

/** One node as it passed, or a remark such as `open` and `close`. */
export interface TraceLine {
  /** Position in the order in which the network saw everything, from 1. */
  seq: number;
  atMs: number;
  connection: string;
  phone?: string;
  device?: number;
  direction: Direction | 'note';
  text: string;
  /** The fault rule that touched the node, and what it did. */
  rule?: string;
  action?: string;
}

/** What a fault rule did to a node. */
export interface Touch {
  rule: string;
  action: string;
}

const MAX_CONNECTIONS = 2_000;

/** The last nodes of each connection, by shape and attributes only; old connections are forgotten first. */
export class Trace {
  private readonly connections = new Map<string, TraceLine[]>();
  private nextSeq = 1;

  constructor(private readonly depth: number) {}

  /** Records a node with the rule that touched it, if one did. */
  node(connection: string, peer: Peer, direction: Direction, node: BinaryNode, touch?: Touch): void {
    this.add({ connection, ...peer, direction, text: shapeOf(node), ...touch });
  }

  note(connection: string, peer: Peer, text: string, touch?: Touch): void {
    this.add({ connection, ...peer, direction: 'note', text, ...touch });
  }

  /** The lines of all connections that match, oldest first. */
  read(filter: Peer & { connection?: string } = {}): TraceLine[] {
    const lines: TraceLine[] = [];
    for (const [connection, recorded] of this.connections) {
      if (filter.connection !== undefined && filter.connection !== connection) continue;
      for (const line of recorded) {
        if (filter.phone !== undefined && filter.phone !== line.phone) continue;
        if (filter.device !== undefined && filter.device !== line.device) continue;
        lines.push(line);
      }
    }
    return lines.sort((one, other) => one.seq - other.seq);
  }

  private add(seen: Omit<TraceLine, 'seq' | 'atMs'>): void {
    const line = { seq: this.nextSeq++, atMs: Date.now(), ...seen };
    let lines = this.connections.get(line.connection);
    if (!lines) {
      lines = [];
      this.connections.set(line.connection, lines);
      if (this.connections.size > MAX_CONNECTIONS) {
        const oldest = this.connections.keys().next().value;
        if (oldest !== undefined) this.connections.delete(oldest);
      }
    }
    lines.push(line);
    // Cut in blocks: shifting one line per node would cost more than the node.
    if (lines.length > this.depth * 2) lines.splice(0, lines.length - this.depth);
  }
}
