import type { Restriction } from '@multiwa/contracts';
import { z } from 'zod';

/** As much of WhatsApp's answer as is used; it writes numbers as text, and leaves out what it likes. */
const answerSchema = z.object({
  capping_status: z.string().nullish(),
  total_quota: z.coerce.number().int().nullish().catch(null),
  used_quota: z.coerce.number().int().nullish().catch(null),
  cycle_end_timestamp: z.coerce.number().int().nullish().catch(null),
});
const REACHED = 'CAPPED';

/**
 * What WhatsApp says of how many new chats the number may begin (`xwa2_message_capping_info`, quantities of messages, times in
 * seconds), in our words; null while it may begin more. Warnings before that forbid nothing.
 */
export function readNewChatCap(answer: unknown): Extract<Restriction, { kind: 'new_chat_cap' }> | null {
  const { data } = answerSchema.safeParse(answer);
  if (data?.capping_status !== REACHED) return null;
  const { total_quota: total, used_quota: used, cycle_end_timestamp: end } = data;
  return {
    kind: 'new_chat_cap',
    until: end ? new Date(end * 1_000).toISOString() : null,
    quota: typeof used === 'number' && typeof total === 'number' ? { used, total } : null,
  };
}
