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
  handed_over: 'The session is being handed over to another engine worker.',
  unresponsive: 'The connection seemed open but nothing came through; it was closed and is being opened again.',
  proxy_unreachable: 'The proxy of this profile cannot be reached or refuses the connection. Test it, then change it.',
} as const;
export type StatusReason = keyof typeof statusReasons;
export const statusReasonSchema = z.enum(Object.keys(statusReasons) as [StatusReason, ...StatusReason[]]);

/** Why a session is not in good health. Codes are stable; sentences are for people and may be improved. */
export const healthReasons = {
  unresponsive: 'Nothing comes through the connection although it looks open; it is being recycled.',
  receipts_missing: 'Messages are accepted by WhatsApp but no receipt or message comes in; the connection is recycled.',
  reachout_timelock:
    'WhatsApp does not let this number write to people who have not written to it (error 463). Replies still go out.',
  new_chat_cap:
    'This number has written to as many people who have not written to it as WhatsApp allows at the moment. Replies still go out.',
} as const;
export type HealthReason = keyof typeof healthReasons;
export const healthReasonSchema = z.enum(Object.keys(healthReasons) as [HealthReason, ...HealthReason[]]);

/** When it lifts, by WhatsApp's word; null when WhatsApp has not said. */
const until = z.iso.datetime().nullable();

/** The number may not write to people who have not written to it, whom it may have offended (error 463). */
export const reachoutTimelockSchema = z.object({
  kind: z.literal('reachout_timelock'),
  until,
  /** WhatsApp's name for the cause, such as DEFAULT or BIZ_QUALITY. */
  enforcementType: z.string().nullable(),
});

/** The number has written to as many of them as it may before its quota is counted anew. */
export const newChatCapSchema = z.object({
  kind: z.literal('new_chat_cap'),
  until,
  /** Messages to people who had not written to the number; null when WhatsApp has not said how many. */
  quota: z.object({ used: z.number().int(), total: z.number().int() }).nullable(),
});

/** What WhatsApp forbids a number for a while, as it says itself. */
export const restrictionSchema = z.discriminatedUnion('kind', [reachoutTimelockSchema, newChatCapSchema]);
export type RestrictionKind = Restriction['kind'];
export type Restriction = z.infer<typeof restrictionSchema>;
