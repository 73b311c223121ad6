import { CodedError } from '@multiwa/contracts';
import type { AuthenticationCreds } from '@whiskeysockets/baileys';
import { Deferred } from '../../../deferred.js';
import type { ConnectionContext } from './context.js';

/** WhatsApp shows the first QR code for 60 s and each of the five after it for 20 s. */
const FIRST_QR_MS = 60_000;
const NEXT_QR_MS = 20_000;
const QR_COUNT = 6;
const PAIRING_READY_MS = 15_000;

/** Whether a number is linked: a code that was only asked for leaves its number in the credentials too. */
export function isLinked(creds: AuthenticationCreds): boolean {
  return creds.account !== undefined && creds.me !== undefined;
}

/** How a number is linked over one connection: by QR code or by a code that is typed on the phone. */
export class Linking {
  readonly #context: ConnectionContext;
  /** WhatsApp has said that the number may be linked now. */
  readonly #ready = new Deferred<void>();
  #qrCount = 0;
  #endsAtMs = 0;

  /** @param onPasskey WhatsApp asks for a passkey, which cannot be answered */
  constructor(context: ConnectionContext, onPasskey: () => void) {
    this.#context = context;
    // The library does nothing with it, and the client would stay unlinked until its QR codes run out.
    context.sock.ws.on('CB:notification,type:passkey_prologue_request', onPasskey);
  }

  qr(text: string): void {
    this.#qrCount += 1;
    const now = Date.now();
    if (this.#qrCount === 1) this.#endsAtMs = now + FIRST_QR_MS + (QR_COUNT - 1) * NEXT_QR_MS;
    this.#ready.resolve();
    this.#context.callbacks.qr(text, new Date(now + (this.#qrCount === 1 ? FIRST_QR_MS : NEXT_QR_MS)));
  }

  /** See `Connection.requestPairingCode`. @throws CodedError profile_already_linked, profile_not_connected */
  async requestCode(phone: string): Promise<{ code: string; expiresAt: Date }> {
    const { sock, creds, lifetime } = this.#context;
    if (isLinked(creds)) throw new CodedError('profile_already_linked');
    const ready = await this.#ready.within(PAIRING_READY_MS);
    if (!ready || lifetime.over) throw new CodedError('profile_not_connected');
    const code = await sock.requestPairingCode(phone);
    return { code, expiresAt: new Date(this.#endsAtMs) };
  }

  /** The socket is over: whoever waits for it to be ready is let go. */
  lost(): void {
    this.#ready.resolve();
  }
}
