import { contentSchema, type Identity, type MessageReceivedFact, type ReceivedContent } from '@multiwa/contracts';
import type { World } from './world.js';

/** A message or status that came by itself, as it is kept. */
export interface Arrived {
  messageId: string;
  profileId: string;
  chat: string;
  content: ReceivedContent;
  /** Who wrote it, by both names as far as they are known. */
  sender: Identity;
  timestamp: Date;
}

/** Adds it as a row. Without a contact it counts as written by nobody who is known to have written. */
export function keepArrived(
  world: World,
  { workspaceId, waMessageId, fromMe, type }: MessageReceivedFact,
  { messageId, profileId, chat, content, sender, timestamp }: Arrived,
  contactId: string | null,
): void {
  world.messages.add({
    id: messageId,
    workspaceId,
    profileId,
    chat,
    waMessageId,
    fromMe,
    origin: 'PHONE',
    type,
    content,
    status: fromMe ? 'SENT' : 'DELIVERED',
    senderPhone: sender.phone,
    senderLid: sender.lid,
    contactId,
    timestamp,
    sentAt: fromMe ? timestamp : null,
  });
}

/** What is told of it, whatever it is. */
export function arrivedData(
  world: World,
  { waMessageId, fromMe, type, pushName }: MessageReceivedFact,
  { messageId, chat, content, sender, timestamp }: Arrived,
) {
  return {
    messageId,
    waMessageId,
    chat,
    fromMe,
    type,
    content: world.links.showContent(contentSchema.parse(content)),
    sender: { ...sender, pushName },
    timestamp: timestamp.toISOString(),
  };
}
