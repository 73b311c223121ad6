import { z } from 'zod';
import { historySettingsSchema, updateHistorySettingsSchema } from '../history.js';
import { idSchema } from '../ids.js';
import {
  desiredStateSchema,
  engineTypeSchema,
  healthReasonSchema,
  networkSchema,
  profileHealthSchema,
  restrictionSchema,
  sessionStatusSchema,
  statusReasonSchema,
} from '../profile-status.js';

const name = z.string().trim().min(1).max(100);

const callAnswer = z.string().trim().min(1).max(4_096).nullable();
const callSettings = z.object({
  autoReject: z.boolean().default(false).describe('Every call is rejected by itself.'),
  message: callAnswer.default(null).describe('Sent to the caller of a call that was rejected by itself.'),
});
const updateCallSettings = z.strictObject({ autoReject: z.boolean().optional(), message: callAnswer.optional() });
const keepMessageHistory = z
  .boolean()
  .describe('Keep what a message said before it was edited or deleted for everyone.');

const receiveStatuses = z
  .boolean()
  .describe('Keep and announce statuses that people post, for the day for which clients show them.');

/** How a profile behaves; what was never set has its default. */
export const profileSettingsSchema = z.object({
  calls: callSettings.prefault({}),
  keepMessageHistory: keepMessageHistory.default(false),
  receiveStatuses: receiveStatuses.default(false),
  historySync: historySettingsSchema.prefault({}),
});
export type ProfileSettings = z.infer<typeof profileSettingsSchema>;

export const createProfileSchema = z
  .strictObject({
    name,
    accountId: idSchema.nullable().optional(),
    network: networkSchema
      .default('LIVE')
      .describe('LIVE is WhatsApp; SANDBOX is the simulated network of this gateway.'),
    engine: engineTypeSchema.default('BAILEYS'),
    webhookUrl: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .nullable()
      .optional(),
  })
  .meta({ id: 'CreateProfile', example: { name: 'Shop support', network: 'SANDBOX' } });

export const updateProfileSchema = z
  .strictObject({
    name: name.optional(),
    accountId: idSchema.nullable().optional(),
    webhookUrl: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .nullable()
      .optional(),
    settings: z
      .strictObject({
        calls: updateCallSettings.optional(),
        keepMessageHistory: keepMessageHistory.optional(),
        receiveStatuses: receiveStatuses.optional(),
        historySync: updateHistorySettingsSchema.optional(),
      })
      .optional()
      .describe('What is left out stays as it is.'),
  })
  .meta({ id: 'UpdateProfile' });

export const profileSchema = z
  .object({
    id: idSchema,
    accountId: idSchema.nullable(),
    name: z.string(),
    phone: z.string().nullable().describe('The linked number, digits only.'),
    lid: z.string().nullable(),
    network: networkSchema,
    engine: engineTypeSchema,
    desiredState: desiredStateSchema.describe('What was asked for; workers work towards it.'),
    status: sessionStatusSchema,
    statusReason: statusReasonSchema.nullable(),
    statusSentence: z.string().nullable(),
    health: profileHealthSchema,
    healthReason: healthReasonSchema.nullable(),
    restriction: restrictionSchema.nullable().describe('What WhatsApp forbids this number at the moment.'),
    proxyUrl: z.string().nullable().describe('The proxy of this profile, without its password.'),
    webhookUrl: z.string().nullable(),
    settings: profileSettingsSchema,
    connectedAt: z.string().nullable(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Profile' });

export const qrSchema = z
  .object({
    text: z.string().describe('What the QR code says; draw it yourself or take svg/png.'),
    expiresAt: z.string(),
    svg: z.string(),
    pngBase64: z.string(),
  })
  .meta({ id: 'QrCode' });

export const pairingCodeRequestSchema = z
  .strictObject({ phone: z.string().describe('The number to link, international form.') })
  .meta({ id: 'PairingCodeRequest', example: { phone: '+62 812-3456-7890' } });

export const pairingCodeSchema = z.object({ code: z.string(), expiresAt: z.string() }).meta({ id: 'PairingCode' });
