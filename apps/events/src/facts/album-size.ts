import { type MessageReceivedFact, type ReceivedContent, receivedContentSchema } from '@multiwa/contracts';
import type { ProfileState } from '@multiwa/db';
import type { World } from './world.js';

/** A file of an album says which one it belongs to; how many belong to it stands in what announced it. */
export function withAlbumSize(
  world: World,
  { id: profileId }: ProfileState,
  chat: string,
  { content, fromMe }: Pick<MessageReceivedFact, 'content' | 'fromMe'>,
): ReceivedContent {
  if (!('albumId' in content) || content.albumId === undefined) return content;
  const album = world.messages
    .byWaId(profileId, content.albumId)
    .find((message) => message.type === 'ALBUM' && message.chat === chat && message.fromMe === fromMe);
  const announced = receivedContentSchema.safeParse(album?.content).data;
  const albumSize = announced?.type === 'ALBUM' ? announced.images + announced.videos : 0;
  return albumSize > 0 ? { ...content, albumSize } : content;
}
