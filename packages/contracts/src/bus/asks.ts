import { z } from 'zod';
import { liveSessionSchema } from '../http/engine.js';
import { idSchema } from '../ids.js';

/** Questions that only the owner of the profile's lease answers. No owner is `profile_not_connected`, at once. */
export const asks = {
  'pairing-code': {
    request: z.object({ phone: z.string().regex(/^\d{5,20}$/) }),
    response: z.object({ code: z.string(), expiresAt: z.iso.datetime() }),
    deadlineMs: 20_000,
    description: 'Link by code: ask WhatsApp for the eight characters to type on the phone.',
  },
  session: {
    request: z.object({}),
    response: liveSessionSchema,
    deadlineMs: 2_000,
    description: 'How the session is doing, as its owner sees it.',
  },
  withdraw: {
    request: z.object({ messageId: idSchema }),
    response: z.object({ withdrawn: z.boolean() }),
    deadlineMs: 5_000,
    description: 'Take back a queued message: the owner cancels it unless its send has begun, and says which.',
  },
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
