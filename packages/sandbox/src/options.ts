/** What a sandbox can be told at start. Every duration is in milliseconds. */
export interface SandboxOptions {
  /** Address to bind; anything but a loopback address exposes an API that asks for no key. Default 127.0.0.1. */
  host?: string;
  /** Port of the WebSocket and of the control API; 0 picks a free one. Default 0. */
  port?: number;
  /** Directory for durable state; without it the network is forgotten at stop. */
  dataDir?: string;
  /**
   * What `count` of one-time prekeys a companion is told. Unset tells the truth (a fresh companion then uploads 812
   * keys); a figure above 5, usually 100, makes linking cheap because sessions start without one-time keys.
   */
  preKeyCount?: number;
  /** Pause before each ack of a message; 0 answers as soon as the message is durable. */
  ackLatencyMs?: number;
  /** Refuse (479) a resend that carries both a counted `enc` and `participants`, as the real server does. */
  strictRetry?: boolean;
  /** Let the phone seed a fresh companion with an app-state key and an empty history. Default true. */
  bootstrap?: boolean;
  /** Create the three SANDBOX contacts (echo, silent, slow reader) at start. Default false. */
  seed?: boolean;
  /** How long a `slow-reader` waits before it reads. Default 3000. */
  slowReaderDelayMs?: number;
  /** How many linked companions an account may have; the real network allows 4. */
  maxCompanions?: number;
  /** How many nodes of each connection the trace keeps. Default 200. */
  traceDepth?: number;
  /** Pause between the client's last handshake frame and the first answer (the client switches its decoder late). */
  handshakeSettleMs?: number;
  /** How long a scan or a typed code waits for the companion to finish linking. Default 15000. */
  pairingTimeoutMs?: number;
  /** How long a typed code waits for a client to show one, since the client announces it without waiting. Default 2000. */
  codeWaitMs?: number;
}

export type ResolvedOptions = Required<Omit<SandboxOptions, 'dataDir' | 'preKeyCount'>> &
  Pick<SandboxOptions, 'dataDir' | 'preKeyCount'>;

/** Fills in the defaults named above. */
export function resolveOptions(options: SandboxOptions): ResolvedOptions {
  return {
    host: '127.0.0.1',
    port: 0,
    ackLatencyMs: 0,
    strictRetry: false,
    bootstrap: true,
    seed: false,
    slowReaderDelayMs: 3_000,
    maxCompanions: 4,
    traceDepth: 200,
    handshakeSettleMs: 2,
    pairingTimeoutMs: 15_000,
    codeWaitMs: 2_000,
    ...options,
  };
}
