import { z } from 'zod';
import { chatSchema } from '../addresses.js';
import { idSchema } from '../ids.js';
import { callStatusSchema, shownPresenceSchema } from '../presence.js';

export const setPresenceSchema = z
  .strictObject({
    state: shownPresenceSchema.describe('online and offline are shown to everybody, the others to one chat.'),
    to: z.string().min(1).max(200).optional().describe('The chat: a phone number, a JID, a LID or a group.'),
  })
  .meta({ id: 'SetPresence', example: { state: 'typing', to: '+62 812-3456-7890' } });

export const followPresenceSchema = z
  .strictObject({ to: z.string().min(1).max(200).describe('A phone number, a JID, a LID or a group.') })
  .meta({ id: 'FollowPresence', example: { to: '+62 812-3456-7890' } });

export const presenceSubscriptionSchema = z
  .object({ id: idSchema, profileId: idSchema, chat: chatSchema, createdAt: z.string() })
  .meta({ id: 'PresenceSubscription' });

export const callSchema = z
  .object({
    id: idSchema,
    profileId: idSchema,
    waCallId: z.string(),
    chat: chatSchema,
    caller: z.object({ phone: z.string().nullable(), lid: z.string().nullable() }),
    contactId: idSchema.nullable(),
    video: z.boolean(),
    group: z.boolean(),
    status: callStatusSchema,
    startedAt: z.string(),
    endedAt: z.string().nullable(),
  })
  .meta({ id: 'Call' });
