import { z } from 'zod';
import { idSchema } from '../ids.js';
import {
  healthReasonSchema,
  networkSchema,
  profileHealthSchema,
  restrictionSchema,
  sessionStatusSchema,
} from '../profile-status.js';

const time = z.iso.datetime();

/** What the owner of a session can say about it; counters are since this owner took the profile. */
export const liveSessionSchema = z.object({
  workerId: idSchema,
  generation: z.number().int(),
  status: sessionStatusSchema,
  /** When this owner took the profile, and when the present connection opened. */
  ownedSince: time,
  openSince: time.nullable(),
  reconnects: z.number().int(),
  recycles: z.number().int().describe('Connections that the watchdog closed because nothing came through.'),
  lastInboundAt: time.nullable().describe('Last message, receipt or notification from WhatsApp.'),
  lastOutboundAt: time.nullable().describe('Last message that WhatsApp acked.'),
  commandsInHand: z.number().int().describe('Sends taken from the queue and not yet ended.'),
  memoryKb: z.number().int().describe('Estimate: the worker’s growth over its start, shared out over its sessions.'),
});
export type LiveSession = z.infer<typeof liveSessionSchema>;

/** `GET /profiles/{id}/session`. */
export const sessionViewSchema = z
  .object({
    profileId: idSchema,
    network: networkSchema,
    status: sessionStatusSchema,
    health: profileHealthSchema,
    healthReason: healthReasonSchema.nullable(),
    healthSentence: z.string().nullable(),
    restriction: restrictionSchema.nullable(),
    owner: z
      .object({
        workerId: idSchema,
        host: z.string().nullable().describe('Only for the operator: the machine is shared by all workspaces.'),
        generation: z.number().int(),
        claimedAt: time.nullable(),
      })
      .nullable()
      .describe('Null when no worker holds the profile.'),
    queueDepth: z.number().int().describe('Messages accepted and not yet sent.'),
    oldestQueuedAt: time.nullable(),
    live: liveSessionSchema.nullable().describe('As the owner says; null when there is none or it does not answer.'),
  })
  .meta({ id: 'Session' });
export type SessionView = z.infer<typeof sessionViewSchema>;

/** `GET /engine/workers`. */
export const engineWorkerSchema = z
  .object({
    id: idSchema,
    network: networkSchema,
    host: z.string(),
    pid: z.number().int(),
    version: z.string().describe('The WhatsApp client version it shows.'),
    state: z
      .enum(['LIVE', 'DRAINING', 'LOST'])
      .describe(
        'DRAINING: it hands its sessions over, on its way out or because an operator asked. LOST: no sign of life for longer than a lease.',
      ),
    drainRequested: z.boolean().describe('An operator wants it empty; it keeps running.'),
    admitting: z.boolean().describe('False while it takes no more sessions, by count or by memory.'),
    capacity: z.number().int(),
    sessions: z.number().int(),
    rssMb: z.number().int(),
    startedAt: time,
    seenAt: time,
  })
  .meta({ id: 'EngineWorker' });
export type EngineWorkerView = z.infer<typeof engineWorkerSchema>;
/** All workers; there are never so many that they would need pages. */
export const engineWorkersSchema = z.object({ items: z.array(engineWorkerSchema) }).meta({ id: 'EngineWorkers' });

const proxyUrl = z
  .url({ protocol: /^(https?|socks5h?)$/ })
  .max(2000)
  .describe('http://, https://, socks5:// or socks5h://, with user and password where needed.');

/** `PUT /profiles/{id}/proxy`, `POST /profiles/{id}/proxy/test` (without a body: the stored one). */
export const setProxySchema = z
  .strictObject({ url: proxyUrl })
  .meta({ id: 'SetProxy', example: { url: 'socks5://user:secret@proxy.example.com:1080' } });
export const testProxySchema = z.strictObject({ url: proxyUrl.optional() }).meta({ id: 'TestProxy' });
export const proxySchema = z
  .object({ url: z.string().describe('Without the password.') })
  .meta({ id: 'Proxy', example: { url: 'socks5://user:***@proxy.example.com:1080' } });
export const proxyTestSchema = z
  .object({ ok: z.boolean(), ms: z.number(), problem: z.string().nullable() })
  .meta({ id: 'ProxyTest' });

const passphrase = z.string().min(12).max(1024).describe('Protects the file; nobody can open it without, us included.');

/** `POST /profiles/{id}/session/export`: answers the file. */
export const exportSessionSchema = z
  .strictObject({
    passphrase,
    release: z
      .boolean()
      .default(false)
      .describe(
        'A move: this profile lets go of the session, so that it cannot be opened here by mistake once it is open elsewhere.',
      ),
  })
  .meta({ id: 'ExportSession', example: { passphrase: 'correct horse battery staple' } });

/** `POST /profiles/{id}/session/import`: a file of ours, or the files of a Baileys multi-file folder by name. */
export const importSessionSchema = z
  .discriminatedUnion('format', [
    z.strictObject({
      format: z.literal('multiwa'),
      passphrase,
      file: z.string().min(1).describe('The file, as exported.'),
    }),
    z.strictObject({
      format: z.literal('baileys-multi-file'),
      files: z
        .record(z.string().max(500), z.unknown())
        .describe('File name to parsed content: creds.json, session-….json, pre-key-….json and so on.'),
    }),
  ])
  .meta({
    id: 'ImportSession',
    example: {
      format: 'multiwa',
      passphrase: 'correct horse battery staple',
      file: '{"format":"multiwa-session","version":1,…}',
    },
  });
export type ImportSession = z.infer<typeof importSessionSchema>;
export const importedSessionSchema = z
  .object({ phone: z.string().nullable(), lid: z.string().nullable(), keys: z.number().int() })
  .meta({ id: 'ImportedSession', example: { phone: '6281234567890', lid: '99887766554433', keys: 842 } });
