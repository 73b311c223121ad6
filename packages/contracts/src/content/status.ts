import { z } from 'zod';

/** People that one status goes to at most: a first one means a key exchange with each of their devices. */
export const maxStatusAudience = 1_000;

/** For how long clients show a status. */
export const statusLifetimeMs = 86_400_000;

const color = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour such as "#1f7a4d"');

/** Names of the fonts that WhatsApp's clients have for texts, in the protocol's order of numbers. */
export const statusFonts = {
  SYSTEM: 0,
  SYSTEM_TEXT: 1,
  SCRIPT: 2,
  SYSTEM_BOLD: 6,
  MORNINGBREEZE: 7,
  CALISTOGA: 8,
  EXO2: 9,
  COURIERPRIME: 10,
} as const;
export type StatusFont = keyof typeof statusFonts;

/** How a status that is a text or a voice note looks. */
export const statusLook = {
  backgroundColor: color.optional(),
  textColor: color.optional(),
  font: z.enum(Object.keys(statusFonts) as [StatusFont, ...StatusFont[]]).optional(),
};

/** What a send carries when it is a status: whom it is for, by canonical address, and how it looks. */
export const statusPartSchema = z.object({
  audience: z.array(z.string().regex(/^\d{5,20}@(?:s\.whatsapp\.net|lid)$/)).max(maxStatusAudience),
  ...statusLook,
});
export type StatusPart = z.infer<typeof statusPartSchema>;
