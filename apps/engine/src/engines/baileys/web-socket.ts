import type { WASocket } from '@whiskeysockets/baileys';
import { CLOSE_TIMEOUT_MS, ConnectionLostError } from '../engine.js';

/** The library keeps the WebSocket to itself; its own way of closing is not enough on a connection that is half-open. */
interface Holder {
  socket: { terminate(): void } | null;
}

/**
 * From now on the library's own closing ends in time: it waits for the other side's goodbye, which on a half-open connection
 * takes the WebSocket's 30 s, and tells of the end only then.
 */
export function closeInTime({ ws }: WASocket): void {
  const close = ws.close.bind(ws);
  Object.assign(ws, {
    async close(): Promise<void> {
      const timer = setTimeout(() => terminate(ws), CLOSE_TIMEOUT_MS);
      try {
        await close();
      } finally {
        clearTimeout(timer);
      }
    },
  });
}

/** Breaks the connection: the operating system forgets it, whether or not anybody is there to hear. */
export function breakSocket({ ws }: WASocket): void {
  terminate(ws);
}

/**
 * Ends the library's queries that still wait on a socket that is over: it takes their listeners for its end away before it
 * ends, so that they would wait for a minute.
 */
export function failQueries({ ws }: WASocket): void {
  ws.emit('error', new ConnectionLostError('The socket is closed.'));
}

function terminate(ws: WASocket['ws']): void {
  (ws as unknown as Holder).socket?.terminate();
}
