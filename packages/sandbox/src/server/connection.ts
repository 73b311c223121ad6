import type { Socket } from 'node:net';
import { decodeBinaryNode, encodeBinaryNode } from '@whiskeysockets/baileys';
import type { WebSocket } from 'ws';
import type { Account, DeviceLink } from '../model/account.js';
import type { Peer } from '../model/faults.js';
import type { Network } from '../model/network.js';
import { type BinaryNode, SERVER_NODE } from '../model/server-node.js';
import type { Touch } from '../model/trace.js';
import { encodeFrame, FrameReader } from '../noise/frames.js';
import type { NoiseTransport } from '../noise/noise-responder.js';
import { applyFault } from './apply-fault.js';

/** What happens to the frames and nodes of a connection; set by whoever accepts it. */
export interface ConnectionHandlers {
  /** A frame before the transport is established. */
  onHandshakeFrame(frame: Buffer): void;
  /** A node that no fault rule took away. */
  onNode(node: BinaryNode): void;
  onClosed(): void;
  /** From now on the connection is up, and nobody serves it. */
  onHalfOpen(): void;
}

/** One client's WebSocket: framing, encryption, fault rules and trace. What nodes mean is not its business. */
export class Connection implements DeviceLink {
  account: Account | undefined;
  device: number | undefined;
  /** Whether what waits for the device may be sent: after `active`, not before. */
  live = false;
  available = false;
  /** Receipts still to come before the offline hand-over is cut, when a fault rule says so. */
  cutAfterReceipts: number | undefined;
  /** Called when the client asks for the batch it was told of. */
  onOfflineBatch: (() => void) | undefined;
  /** Sends what is unsent; replaced when the device is live. */
  pump: () => void = () => undefined;
  private readonly frames = new FrameReader();
  private readonly inbox: Buffer[] = [];
  private decoding = false;
  private transport: NoiseTransport | undefined;
  private closed = false;
  private frozen = false;

  constructor(
    readonly id: string,
    private readonly network: Network,
    private readonly webSocket: WebSocket,
    private readonly tcp: Socket,
    private readonly handlers: ConnectionHandlers,
  ) {
    webSocket.on('message', (data) => this.receive(Buffer.isBuffer(data) ? data : Buffer.alloc(0)));
    webSocket.on('error', () => this.reset());
    webSocket.on('close', () => this.finish());
  }

  get peer(): Peer {
    return { phone: this.account?.phone, device: this.device };
  }

  get isOpen(): boolean {
    return !this.closed;
  }

  /** Whether the socket is up without anybody behind it. */
  get isHalfOpen(): boolean {
    return this.frozen;
  }

  /** From now on frames are encrypted nodes. */
  establish(transport: NoiseTransport): void {
    this.transport = transport;
  }

  /** Sends a frame of the handshake. */
  sendHandshake(message: Uint8Array): void {
    this.webSocket.send(encodeFrame(message));
  }

  /** Sends a node, unless a fault rule decides otherwise. */
  send(node: BinaryNode): void {
    if (this.closed || this.frozen) return;
    const fault = this.network.faults.apply('out', node, this.peer);
    if (!fault) {
      this.write(node);
      return;
    }
    const touch = { rule: fault.rule, action: fault.action.do };
    this.network.trace.node(this.id, this.peer, 'out', node, touch);
    applyFault(this, fault.action, node, (given) => this.write(given, touch));
  }

  /** Writes a node past all fault rules; `touch` names the rule that made it what it is. */
  write(node: BinaryNode, touch?: Touch): void {
    if (this.closed || this.frozen || !this.transport) return;
    this.network.trace.node(this.id, this.peer, 'out', node, touch);
    this.webSocket.send(encodeFrame(this.transport.encrypt(encodeBinaryNode(node))));
  }

  /**
   * Stops reading and answering while the socket stays up, as when the machine behind it is gone and nobody said so.
   * Ends with a reset of either side; the device's next log-in resets it too.
   */
  halfOpen(): void {
    if (this.closed || this.frozen) return;
    this.network.trace.note(this.id, this.peer, 'half-open');
    this.frozen = true;
    this.live = false;
    this.webSocket.pause();
    this.handlers.onHalfOpen();
  }

  endWithStreamError(attrs: Record<string, string>, child?: BinaryNode): void {
    // Whoever is behind a half-open socket could not say goodbye either.
    if (this.frozen) {
      this.reset();
      return;
    }
    this.write({ tag: SERVER_NODE.streamError, attrs, content: child ? [child] : undefined });
    this.end();
  }

  /** Closes as a server does, after what was sent. */
  end(): void {
    if (!this.closed) this.webSocket.close();
  }

  /** Breaks the connection with a TCP reset. */
  reset(): void {
    this.network.trace.note(this.id, this.peer, 'reset');
    this.tcp.resetAndDestroy();
    this.finish();
  }

  private receive(data: Buffer): void {
    try {
      for (const frame of this.frames.push(data)) {
        if (this.transport) this.inbox.push(this.transport.decrypt(frame));
        else this.handlers.onHandshakeFrame(frame);
      }
    } catch {
      // A peer that does not authenticate, or is no WhatsApp client at all, gets no answer.
      this.reset();
      return;
    }
    if (!this.decoding) void this.decodeInbox();
  }

  private async decodeInbox(): Promise<void> {
    this.decoding = true;
    try {
      for (let plain = this.inbox.shift(); plain && !this.closed; plain = this.inbox.shift()) {
        this.take(await decodeBinaryNode(plain));
      }
    } catch {
      this.reset();
    } finally {
      this.decoding = false;
    }
  }

  private take(node: BinaryNode): void {
    if (this.frozen) return;
    const fault = this.network.faults.apply('in', node, this.peer);
    const touch = fault && { rule: fault.rule, action: fault.action.do };
    this.network.trace.node(this.id, this.peer, 'in', node, touch);
    // What was delayed is not read by a socket that became half-open meanwhile.
    const handle = (given: BinaryNode): void => {
      if (!this.frozen) this.handlers.onNode(given);
    };
    if (fault) applyFault(this, fault.action, node, handle, true);
    else handle(node);
  }

  private finish(): void {
    if (this.closed) return;
    this.closed = true;
    this.live = false;
    this.handlers.onClosed();
  }
}
