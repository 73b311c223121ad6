import { z } from 'zod';
import { chatSchema, identitySchema } from '../addresses.js';
import { liveSessionSchema } from '../http/engine.js';
import { idSchema } from '../ids.js';
import {
  aboutSchema,
  businessSchema,
  changeOwnProfileSchema,
  ownProfileSchema,
  pictureSchema,
} from '../person-answers.js';
import { shownPresenceSchema } from '../presence.js';
import { channelAsks } from './channel-asks.js';
import { groupAsks } from './group-asks.js';

const person = z.object({ chat: chatSchema });

/** Questions that only the owner of the profile's lease answers. No owner is `profile_not_connected`, at once. */
export const asks = {
  'pairing-code': {
    request: z.object({ phone: z.string().regex(/^\d{5,20}$/) }),
    response: z.object({ code: z.string(), expiresAt: z.iso.datetime() }),
    deadlineMs: 20_000,
    description: 'Link by code: ask WhatsApp for the eight characters to type on the phone.',
  },
  presence: {
    request: z.object({ chat: chatSchema.nullable(), state: shownPresenceSchema }),
    response: z.object({}),
    deadlineMs: 5_000,
    description: 'Show everybody, or one chat, what the number is doing.',
  },
  'presence-follow': {
    request: z.object({ chat: chatSchema, follow: z.boolean() }),
    response: z.object({}),
    deadlineMs: 5_000,
    description: 'Follow the presence of a chat, or no longer.',
  },
  'call-reject': {
    request: z.object({ waCallId: z.string(), fromJid: z.string() }),
    response: z.object({}),
    deadlineMs: 10_000,
    description: 'Reject a call that rings.',
  },
  session: {
    request: z.object({}),
    response: liveSessionSchema,
    deadlineMs: 2_000,
    description: 'How the session is doing, as its owner sees it.',
  },
  numbers: {
    request: z.object({ phones: z.array(z.string().regex(/^\d{5,20}$/)).max(100) }),
    response: z.object({
      /** One for each number asked, in order; `phone` is what WhatsApp knows it by, null when it is not there. */
      numbers: z.array(identitySchema),
    }),
    deadlineMs: 20_000,
    description: 'Which of these numbers are on WhatsApp, and under which names.',
  },
  about: {
    request: person,
    response: aboutSchema,
    deadlineMs: 10_000,
    description: 'What a person says about themselves.',
  },
  picture: {
    request: person,
    response: pictureSchema,
    deadlineMs: 10_000,
    description: 'The picture of a person.',
  },
  business: {
    request: person,
    response: businessSchema,
    deadlineMs: 10_000,
    description: 'The business profile of a person.',
  },
  block: {
    request: person.extend({ blocked: z.boolean() }),
    response: z.object({}),
    deadlineMs: 10_000,
    description: 'Block a person, or let them write again.',
  },
  blocklist: {
    request: z.object({}),
    response: z.object({ people: z.array(identitySchema) }),
    deadlineMs: 10_000,
    description: 'Whom the number has blocked.',
  },
  'own-profile': {
    request: z.object({}),
    response: ownProfileSchema,
    deadlineMs: 15_000,
    description: 'What WhatsApp shows of the number itself.',
  },
  'change-own-profile': {
    request: changeOwnProfileSchema,
    response: z.object({}),
    deadlineMs: 20_000,
    description: 'Change what WhatsApp shows of the number itself.',
  },
  'refetch-media': {
    request: z.object({ mediaId: idSchema }),
    response: z.object({ known: z.boolean() }),
    deadlineMs: 5_000,
    description: 'Fetch the file of a received message once more; the owner says whether it knows of it.',
  },
  withdraw: {
    request: z.object({ messageId: idSchema }),
    response: z.object({ withdrawn: z.boolean() }),
    deadlineMs: 5_000,
    description: 'Take back a queued message: the owner cancels it unless its send has begun, and says which.',
  },
  ...groupAsks,
  ...channelAsks,
} as const;
export type AskVerb = keyof typeof asks;

/** Questions that any worker of a network answers, whichever is free. No worker is `service_unavailable`, at once. */
export const workerAsks = {
  'proxy-test': {
    request: z.object({ proxyUrl: z.string() }),
    response: z.object({
      ok: z.boolean(),
      /** From the first byte to the proxy until WhatsApp's host answered through it. */
      ms: z.number().nonnegative(),
      /** Why not, in a sentence without the password; null when it works. */
      problem: z.string().nullable(),
    }),
    deadlineMs: 15_000,
    description: 'Reach WhatsApp’s host through this proxy, from where the engines run.',
  },
} as const;
export type WorkerAskVerb = keyof typeof workerAsks;
