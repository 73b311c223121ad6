import type { proto } from '@whiskeysockets/baileys';
import type { Connection } from './connection.js';

/** A client that registered and waits to be linked. */
export interface Candidate {
  connection: Connection;
  noisePublic: Buffer;
  registration: proto.ClientPayload.IDevicePairingRegistrationData;
  /** The references it shows as QR codes. */
  refs: string[];
}
