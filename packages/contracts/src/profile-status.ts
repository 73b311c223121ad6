import { z } from 'zod';

export const sessionStatusSchema = z.enum(['DISCONNECTED', 'CONNECTING', 'QR_READY', 'CONNECTED']);
export type SessionStatus = z.infer<typeof sessionStatusSchema>;
export const engineTypeSchema = z.enum(['BAILEYS', 'WHATSAPP_WEB_JS']);
export const networkSchema = z.enum(['LIVE', 'SANDBOX']);
export type Network = z.infer<typeof networkSchema>;
export const desiredStateSchema = z.enum(['CONNECTED', 'DISCONNECTED', 'LOGGED_OUT']);
export const profileHealthSchema = z.enum(['OK', 'DEGRADED', 'RESTRICTED']);

/** Why a session is in the state it is in. Codes are stable; sentences are for people and may be improved. */
export const statusReasons = {
  requested: 'Disconnected because this was asked for.',
  logged_out: 'The number was unlinked, on the phone or through the API. Link it again with a new QR code.',
  replaced: 'Another client logged in with the same credentials.',
  qr_expired: 'Nobody scanned the QR code in time. Ask for the connection again to get a new one.',
  connection_lost: 'The connection to WhatsApp was lost; it is being opened again.',
  restart_required: 'WhatsApp asked for a restart of the connection, as it does after linking.',
  unavailable: 'WhatsApp is unavailable at the moment; the connection is tried again.',
  timed_out: 'WhatsApp did not answer in time; the connection is tried again.',
  bad_session: 'WhatsApp refused the stored session (code 500); the connection is tried again with a pause.',
  banned: 'WhatsApp has banned this number (code 403). Appeal in the WhatsApp app on the phone.',
  multidevice_mismatch: 'The phone does not have multi-device enabled, or its WhatsApp is too old (code 411).',
  passkey_required:
    'WhatsApp asks for a passkey to link this account, which cannot be answered here. Import the credentials of a linked session instead.',
  client_outdated: 'WhatsApp refused the client version (code 405). Set a newer one with MULTIWA_WA_VERSION.',
  credentials_unreadable:
    'The stored credentials cannot be decrypted: MULTIWA_ENCRYPTION_KEY is not the key they were written with.',
  worker_lost: 'The engine worker that held the session is gone; another one takes over.',
} as const;
export type StatusReason = keyof typeof statusReasons;
export const statusReasonSchema = z.enum(Object.keys(statusReasons) as [StatusReason, ...StatusReason[]]);
