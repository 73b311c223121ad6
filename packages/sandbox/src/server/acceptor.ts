import type { IncomingMessage, Server } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Network } from '../model/network.js';
import { NoiseResponder } from '../noise/noise-responder.js';
import { Connection } from './connection.js';
import { dispatch } from './dispatch.js';
import { logIn } from './login.js';
import type { Pairing } from './pairing.js';

export const WEBSOCKET_PATH = '/ws/chat';

/** Accepts clients on an HTTP server and leads each through handshake, log-in or pairing, and its nodes. */
export class Acceptor {
  private readonly upgrades = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 * 1024 });
  private readonly connections = new Set<Connection>();
  private nextId = 1;

  constructor(
    private readonly network: Network,
    private readonly pairing: Pairing,
  ) {}

  /** Starts taking WebSocket upgrades of `server`; other paths are refused. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
      const path = (request.url ?? '').split('?')[0];
      if (path !== WEBSOCKET_PATH || !(stream instanceof Socket)) {
        stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
        return;
      }
      stream.setNoDelay(true);
      this.upgrades.handleUpgrade(request, stream, head, (webSocket) => this.accept(webSocket, stream));
    });
  }

  /** Resets every open connection, or those of one phone; returns how many. */
  resetAll(phone?: string): number {
    const chosen = [...this.connections].filter((one) => phone === undefined || one.account?.phone === phone);
    for (const connection of chosen) connection.reset();
    return chosen.length;
  }

  /** Leaves every log-in's connection, or those of one phone, up without serving it; returns how many. */
  halfOpenAll(phone?: string): number {
    const chosen = [...this.connections].filter(
      ({ account, isHalfOpen }) => account && !isHalfOpen && (phone === undefined || account.phone === phone),
    );
    for (const connection of chosen) connection.halfOpen();
    return chosen.length;
  }

  private accept(webSocket: WebSocket, tcp: Socket): void {
    const responder = new NoiseResponder(this.network.identity);
    let helloSeen = false;
    const connection: Connection = new Connection(`c${this.nextId++}`, this.network, webSocket, tcp, {
      onHandshakeFrame: (frame) => {
        if (!helloSeen) {
          helloSeen = true;
          connection.sendHandshake(responder.answerHello(frame));
          return;
        }
        const { clientStatic, payload, transport } = responder.finish(frame);
        connection.establish(transport);
        // The client switches its decoder only after its own write has returned; an earlier answer would be lost.
        setTimeout(() => {
          if (!connection.isOpen) return;
          if (payload.devicePairingData) this.pairing.offer(connection, clientStatic, payload.devicePairingData);
          else logIn(this.network, connection, clientStatic, payload);
        }, this.network.options.handshakeSettleMs);
      },
      onNode: (node) => dispatch(this.network, this.pairing, connection, node),
      onClosed: () => this.closed(connection),
      onHalfOpen: () => {
        const { account, device } = connection;
        if (account && device !== undefined) this.network.sockets.halfOpened(account.phone, device);
      },
    });
    this.connections.add(connection);
  }

  private closed(connection: Connection): void {
    this.connections.delete(connection);
    this.pairing.forget(connection);
    const { account, device } = connection;
    this.network.trace.note(connection.id, connection.peer, 'close');
    if (!account || device === undefined) return;
    this.network.sockets.closed(account.phone, device, connection.isHalfOpen);
    if (account.links.get(device) === connection) account.links.delete(device);
  }
}
