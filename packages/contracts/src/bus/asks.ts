import { z } from 'zod';

/** Questions that only the owner of the profile's lease answers. No owner is `profile_not_connected`, at once. */
export const asks = {
  'pairing-code': {
    request: z.object({ phone: z.string().regex(/^\d{5,20}$/) }),
    response: z.object({ code: z.string(), expiresAt: z.iso.datetime() }),
    deadlineMs: 20_000,
    description: 'Link by code: ask WhatsApp for the eight characters to type on the phone.',
  },
} as const;
export type AskVerb = keyof typeof asks;
