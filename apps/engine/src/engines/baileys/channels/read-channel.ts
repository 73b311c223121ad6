import { type ChannelInfo, CodedError, channelChatSchema, channelRoles } from '@multiwa/contracts';
import { z } from 'zod';

const PICTURES = 'https://pps.whatsapp.net';

const text = z.object({ text: z.string() }).nullish();
/** As much of WhatsApp's description as is used; it writes numbers as text, and leaves out what it likes. */
const describedSchema = z.object({
  id: channelChatSchema,
  thread_metadata: z.object({
    name: text,
    description: text,
    invite: z.string().nullish(),
    subscribers_count: z.coerce.number().int().catch(-1),
    verification: z.string().nullish(),
    creation_time: z.coerce.number().catch(0),
    picture: z.object({ direct_path: z.string().nullish() }).nullish(),
  }),
  viewer_metadata: z.object({ role: z.string().nullish(), mute: z.string().nullish() }).nullish(),
});

/** A channel as WhatsApp describes it to this number. @throws CodedError for what is no description of one */
export function readChannel(described: unknown): ChannelInfo {
  if (described === null || described === undefined) throw new CodedError('channel_not_found');
  const { data, error } = describedSchema.safeParse(described);
  if (!data) throw new CodedError('refused_by_whatsapp', { detail: 'WhatsApp’s answer cannot be read.', cause: error });
  const { id, thread_metadata: about, viewer_metadata: viewer } = data;
  const picture = about.picture?.direct_path;
  const role = channelRoles.find((one) => one === viewer?.role?.toUpperCase()) ?? 'GUEST';
  return {
    chat: id,
    name: about.name?.text ?? '',
    description: about.description?.text || null,
    inviteCode: about.invite || null,
    subscribers: about.subscribers_count < 0 ? null : about.subscribers_count,
    verified: about.verification?.toUpperCase() === 'VERIFIED',
    role,
    muted: role === 'GUEST' || !viewer?.mute ? null : viewer.mute.toUpperCase() === 'ON',
    pictureUrl: picture ? `${PICTURES}${picture}` : null,
    createdAt: about.creation_time > 0 ? new Date(about.creation_time * 1_000).toISOString() : null,
  };
}
