import { z } from 'zod';

const media = z.object({ id: z.string(), fileName: z.string().optional() });
const caption = z.string().optional();
const viewOnce = z.boolean().optional();

/** What is forwarded of a message that carries a file: the file, and what it is shown with. Sent or received, it reads alike. */
export const forwardedFileSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('IMAGE'), media, caption, viewOnce }),
  z.object({ type: z.literal('VIDEO'), media, caption, viewOnce, gif: z.boolean().optional() }),
  z.object({
    type: z.literal('AUDIO'),
    media,
    viewOnce,
    voice: z.boolean().optional(),
    waveform: z.string().optional(),
  }),
  z.object({ type: z.literal('DOCUMENT'), media, caption }),
  z.object({ type: z.literal('STICKER'), media }),
]);
