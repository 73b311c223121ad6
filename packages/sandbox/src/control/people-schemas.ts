import { z } from 'zod';

export const faceSchema = z.strictObject({
  about: z.string().max(139).optional(),
  /** A JPEG; null removes it. */
  pictureBase64: z.base64().nullable().optional(),
  business: z
    .strictObject({
      description: z.string().max(512),
      address: z.string().optional(),
      email: z.string().optional(),
      category: z.string().optional(),
      website: z.string().optional(),
    })
    .nullable()
    .optional(),
});

/** Settings by WhatsApp's names, such as `{"profile": "none"}`. */
export const privacySchema = z.record(z.string().regex(/^[a-z]{2,20}$/), z.string().regex(/^[a-z_]{2,30}$/));
export const hiddenSchema = z.strictObject({ hidden: z.boolean() });
export const pictureParamSchema = z.object({ id: z.string().regex(/^\d{1,20}$/) });
